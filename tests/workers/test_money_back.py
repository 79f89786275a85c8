"""Refunds, disputes and accounts in any order: whatever happens, every promise about money holds in the end."""

import random
from contextlib import suppress
from itertools import count

import pytest

from domain.errors import CampusGError
from domain.order import Bearer, Order
from domain.people import Member
from domain.store.use_cases import refunding
from tests.town import Town
from tests.workers.refunding import completed, dispute, give_back, hear
from tests.workers.scenes import new_admin

CARDS = ("pm_card_visa", "pm_card_refundFail", "pm_card_pendingRefund", "pm_card_refundFail")
STEPS = 40
EVENTS = count(1)


class Walk:
    """A town with four paid orders, and what may happen to them next."""

    def __init__(self, town: Town, admin: Member, jobs: list[tuple[Order, Member]], dice: random.Random) -> None:
        self.town, self.admin, self.jobs, self.dice = town, admin, jobs, dice
        self.done: list[str] = []

    async def step(self) -> None:
        """One thing happens; what is refused is refused."""
        order, runner = self.dice.choice(self.jobs)
        money = (self.refund, self.refund, self.owe_and_earn, self.cash_out, self.forgive)
        acts = (*money, self.argue, self.turn, self.wait)
        act = self.dice.choice(acts)
        self.done.append(f"{act.__name__} of {order.id}")
        with suppress(CampusGError, AssertionError):  # the stand-in refuses by a status that its lever asserts
            await act(order, runner)
        if self.dice.random() < 0.6:
            await self.town.drive()

    async def refund(self, order: Order, _runner: Member) -> None:
        amount = self.dice.choice((None, 1, 20, 40, 90, 150, 300, 400))
        await give_back(self.town, order, amount, self.dice.choice(tuple(Bearer)), admin=self.admin)

    async def argue(self, order: Order, _runner: Member) -> None:
        with suppress(AssertionError):
            await dispute(self.town, order)
        if self.dice.random() < 0.4:
            return
        outcome = self.dice.choice(("won", "won", "lost"))
        await dispute(self.town, order, outcome=outcome)
        if outcome == "lost":
            async with self.town.database() as work:
                await refunding.pay_anyway(work, self.town.campus, self.admin, order.id)

    async def cash_out(self, _order: Order, runner: Member) -> None:
        await self.town.control(f"accounts/{runner.stripe_account}", pay_out=True)

    async def owe_and_earn(self, order: Order, runner: Member) -> None:
        """Her account is empty when she has to bear a refund; what she owes then is kept of another job of hers."""
        await self.cash_out(order, runner)
        amount = self.dice.choice((150, 400, None))
        await give_back(self.town, order, amount, Bearer.RUNNER, admin=self.admin)
        await self.town.drive()
        self.jobs.append((await completed(self.town, runner, card=self.dice.choice(CARDS)), runner))

    async def turn(self, _order: Order, runner: Member) -> None:
        state = self.dice.choice(("active", "inactive"))
        found = await self.town.control(f"accounts/{runner.stripe_account}", transfers=state)
        await hear(self.town, f"evt_walk_{next(EVENTS)}", found, runner.stripe_account)

    async def wait(self, _order: Order, _runner: Member) -> None:
        """A minute passes, banks answer, and Stripe tells what came back."""
        await self.town.control("clock", advance=61)
        for found in await self.town.look("objects", kind="refund"):
            if found["status"] == "failed":
                await hear(self.town, f"evt_walk_{next(EVENTS)}", found)

    async def forgive(self, _order: Order, _runner: Member) -> None:
        async with self.town.database() as work:
            for owed in await refunding.debts(work, self.town.campus, self.admin):
                await refunding.let_go(work, self.town.campus, self.admin, owed.id)


@pytest.mark.parametrize("seed", [2026])
async def test_whatever_happens_to_money_that_went_back_every_promise_holds(town: Town, seed: int) -> None:
    dice = random.Random(seed)
    jobs = []
    for card in CARDS:
        runner = await town.member(runner=True, card=None)
        jobs.append((await completed(town, runner, card=card), runner))
    walk = Walk(town, await new_admin(town), jobs, dice)
    for _ in range(STEPS):
        await walk.step()
    for order, runner in jobs:
        found = await town.control(f"accounts/{runner.stripe_account}", transfers="active")
        await hear(town, f"evt_walk_{next(EVENTS)}", found, runner.stripe_account)
        await walk.wait(order, runner)
    await town.hurry()
    await walk.wait(*jobs[0])
    assert await town.breaches() == [], "\n".join(walk.done)
    stuck = await town.rows("SELECT name, error FROM saga WHERE status = 'stuck'")
    assert stuck == [], "\n".join(walk.done)
    counts = [(await town.rows(f"SELECT count(*) FROM {table}"))[0][0] for table in ("refund", "dispute", "netting")]
    assert min(counts) > 0, "the walk went nowhere"
