"""Refunds, disputes and account changes in random order: every invariant about money holds in the end."""

import random
from contextlib import suppress
from itertools import count

import pytest

from domain.campuses.people import Member
from domain.errors import CampusGError
from domain.orders.states import Bearer, Order
from domain.refunds import use_cases as refunds_use_cases
from tests.scenarios.refund_setup import completed_order, deliver_dispute, receive_event, refund_order
from tests.scenarios.scenario_setup import new_admin
from tests.stack.worker_stack import WorkerStack

CARDS = ("pm_card_visa", "pm_card_refundFail", "pm_card_pendingRefund", "pm_card_refundFail")
STEPS = 40
EVENTS = count(1)


class RandomMoneyHistory:
    """A campus with four paid orders, and the acts that may happen to them next."""

    def __init__(
        self, stack: WorkerStack, admin: Member, orders: list[tuple[Order, Member]], rng: random.Random
    ) -> None:
        self.stack, self.admin, self.orders, self.rng = stack, admin, orders, rng
        self.done: list[str] = []

    async def act_once(self) -> None:
        """Do one random act; a refusal of it is allowed."""
        order, runner = self.rng.choice(self.orders)
        money = (self.refund, self.refund, self.owe_and_earn, self.cash_out, self.waive_debts)
        acts = (*money, self.dispute_payment, self.change_account, self.wait)
        act = self.rng.choice(acts)
        self.done.append(f"{act.__name__} of {order.id}")
        with suppress(CampusGError, AssertionError):  # control_stripe asserts that the stand-in accepts
            await act(order, runner)
        if self.rng.random() < 0.6:
            await self.stack.run_due()

    async def refund(self, order: Order, _runner: Member) -> None:
        amount = self.rng.choice((None, 1, 20, 40, 90, 150, 300, 400))
        await refund_order(self.stack, order, amount, self.rng.choice(tuple(Bearer)), admin=self.admin)

    async def dispute_payment(self, order: Order, _runner: Member) -> None:
        with suppress(AssertionError):
            await deliver_dispute(self.stack, order)
        if self.rng.random() < 0.4:
            return
        outcome = self.rng.choice(("won", "won", "lost"))
        await deliver_dispute(self.stack, order, outcome=outcome)
        if outcome == "lost":
            async with self.stack.database() as work:
                await refunds_use_cases.pay_despite_dispute(work, self.stack.campus, self.admin, order.id)

    async def cash_out(self, _order: Order, runner: Member) -> None:
        await self.stack.control_stripe(f"accounts/{runner.stripe_account}", pay_out=True)

    async def owe_and_earn(self, order: Order, runner: Member) -> None:
        """Let a runner with an empty account bear a refund, and net the debt against another order of theirs."""
        await self.cash_out(order, runner)
        amount = self.rng.choice((150, 400, None))
        await refund_order(self.stack, order, amount, Bearer.RUNNER, admin=self.admin)
        await self.stack.run_due()
        self.orders.append((await completed_order(self.stack, runner, card=self.rng.choice(CARDS)), runner))

    async def change_account(self, _order: Order, runner: Member) -> None:
        state = self.rng.choice(("active", "inactive"))
        found = await self.stack.control_stripe(f"accounts/{runner.stripe_account}", transfers=state)
        await receive_event(self.stack, f"evt_walk_{next(EVENTS)}", found, runner.stripe_account)

    async def wait(self, _order: Order, _runner: Member) -> None:
        """Let a minute pass, banks answer, and Stripe report the failed refunds."""
        await self.stack.control_stripe("clock", advance=61)
        for found in await self.stack.inspect_stripe("objects", kind="refund"):
            if found["status"] == "failed":
                await receive_event(self.stack, f"evt_walk_{next(EVENTS)}", found)

    async def waive_debts(self, _order: Order, _runner: Member) -> None:
        async with self.stack.database() as work:
            for owed in await refunds_use_cases.view_runner_debts(work, self.stack.campus, self.admin):
                await refunds_use_cases.waive_runner_debt(work, self.stack.campus, self.admin, owed.id)


@pytest.mark.parametrize("seed", [2026])
async def test_whatever_happens_to_refunded_money_every_invariant_holds(stack: WorkerStack, seed: int) -> None:
    rng = random.Random(seed)
    orders = []
    for card in CARDS:
        runner = await stack.add_member(runner=True, card=None)
        orders.append((await completed_order(stack, runner, card=card), runner))
    history = RandomMoneyHistory(stack, await new_admin(stack), orders, rng)
    for _ in range(STEPS):
        await history.act_once()
    for order, runner in orders:
        found = await stack.control_stripe(f"accounts/{runner.stripe_account}", transfers="active")
        await receive_event(stack, f"evt_walk_{next(EVENTS)}", found, runner.stripe_account)
        await history.wait(order, runner)
    await stack.run_now()
    await history.wait(*orders[0])
    assert await stack.breaches() == [], "\n".join(history.done)
    stuck = await stack.rows("SELECT name, error FROM saga WHERE status = 'stuck'")
    assert stuck == [], "\n".join(history.done)
    counts = [(await stack.rows(f"SELECT count(*) FROM {table}"))[0][0] for table in ("refund", "dispute", "netting")]
    assert min(counts) > 0, "too few acts had an effect"
