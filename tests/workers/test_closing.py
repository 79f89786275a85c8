"""Purchases an admin closes: the customer pays nothing, and the runner exactly what the admin's word gives her."""

import asyncio
from collections import Counter
from random import Random

import pytest

from domain.errors import CampusGError, NotAllowed, NotBoughtYet, OrderClosed, RunnerSuspended
from domain.order import Bearer, Order, OrderStatus
from domain.people import Member
from domain.store.use_cases import roster, running, steering
from tests.town import Town
from tests.workers.deaths import Killed, dying
from tests.workers.scenes import close, new_admin
from workers.engine import run_saga

SHARE = 1030  # a receipt of 8.50 and the runner's part of the fee
ROUNDS = 12
SETTLED = 3 * 24 * 60 * 60  # seconds until a charge's money is Stripe's to send


async def bought(town: Town, runner: Member) -> Order:
    """A job whose food is in the runner's hands."""
    order = await town.held_job(runner)
    async with town.database() as work:
        return await running.buy(work, town.campus, runner, order.id, 850)


async def funded(town: Town, times: int = 1) -> None:
    """The platform has money that Stripe lets it send, for so many runners' shares."""
    for _ in range(times):
        await town.delivered(await town.member(runner=True, ready=False, card=None))
    await town.drive()
    await town.control("clock", advance=SETTLED)


async def owed(town: Town, order: Order) -> list[tuple[str, int, str | None]]:
    rows = await town.rows("SELECT status, amount, charge FROM payable WHERE order_id = :id", id=order.id)
    return [tuple(row) for row in rows]


async def test_what_the_runner_bears_costs_nobody_else_anything(town: Town) -> None:
    runner = await town.member(runner=True, card=None)
    order = await bought(town, runner)
    closed = await close(town, order, Bearer.RUNNER, "she ate it")
    assert (closed.status, closed.end_reason, closed.end_note) == (OrderStatus.CANCELLED, "closed", "she ate it")
    await town.drive()
    (intent,) = await town.intents(order.id)
    assert intent["status"] == "canceled"
    assert await owed(town, order) == []
    assert await town.transfers(order.id) == []
    assert "push-closed" in await town.told(order, order.customer_id)
    assert "push-closed-unpaid" in await town.told(order, runner.person_id)
    assert await town.breaches() == []


async def test_what_the_platform_bears_is_paid_from_its_own_balance(town: Town) -> None:
    await funded(town)
    runner = await town.member(runner=True, card=None)
    order = await bought(town, runner)
    await close(town, order, Bearer.PLATFORM, "the runner broke her leg")
    assert await owed(town, order) == [("sending", SHARE, None)], "in the commit of the close"
    await town.drive()
    (intent,) = await town.intents(order.id)
    assert intent["status"] == "canceled"
    (transfer,) = await town.transfers(order.id)
    assert (transfer["amount"], transfer["destination"]) == (SHARE, runner.stripe_account)
    assert transfer["source_transaction"] is None
    assert await owed(town, order) == [("paid", SHARE, None)]
    lines = await town.rows(
        "SELECT t.kind, split_part(a.code, ':', 1), e.amount FROM ledger_entry e JOIN ledger_txn t ON t.id = e.txn_id"
        " JOIN ledger_account a ON a.id = e.account_id WHERE t.order_id = :id ORDER BY t.id, e.line",
        id=order.id,
    )
    assert [tuple(line) for line in lines] == [
        ("goodwill", "platform_costs", SHARE),
        ("goodwill", "runner_payable", -SHARE),
        ("transfer", "runner_payable", SHARE),
        ("transfer", "stripe_balance", -SHARE),
    ]
    assert {"push-closed-paid", "push-paid"} <= set(await town.told(order, runner.person_id))
    assert await town.breaches() == []


async def test_a_balance_too_short_keeps_it_owed_and_an_admin_sends_it_again(town: Town) -> None:
    runner = await town.member(runner=True, card=None)
    order = await bought(town, runner)
    await close(town, order, Bearer.PLATFORM, "the shop burned down")
    await town.drive()
    assert await owed(town, order) == [("open", SHARE, None)]
    assert "push-payout-late" in await town.told(order, runner.person_id)
    assert "push-payout-short" in await town.told(order, town.campus.admin_chat)
    assert (await town.known(runner.person_id)).payouts_ready, "nothing is wrong with her account"
    assert await town.breaches() == []
    await funded(town)
    admin = await new_admin(town)
    async with town.database() as work:
        await steering.pay_again(work, town.campus, admin, order.id)
    with pytest.raises(CampusGError):
        async with town.database() as work:
            await steering.pay_again(work, town.campus, admin, order.id)
    await town.drive()
    assert await owed(town, order) == [("paid", SHARE, None)]
    assert len(await town.transfers(order.id)) == 1
    assert await town.breaches() == []


@pytest.mark.parametrize("committed", [False, True], ids=["before the commit", "after the commit"])
async def test_m16_a_worker_killed_while_paying_what_we_bear_pays_it_once(town: Town, committed: bool) -> None:
    """M2, M16: the transfer has no charge behind it that would bound it; its key does."""
    deaths, most = 0, 6
    await funded(town, most)
    for at in range(1, most):
        runner = await town.member(runner=True, card=None)
        order = await bought(town, runner)
        await close(town, order, Bearer.PLATFORM, "nobody opens")
        paying = (await town.saga(order, "pay_out_runner")).id
        try:
            await run_saga(dying(town, at=at, committed=committed), paying)
        except Killed:
            deaths += 1
        await town.hurry()
        await town.drive()
        assert await owed(town, order) == [("paid", SHARE, None)]
        assert len(await town.transfers(order.id)) == 1
        if deaths < at:
            break
    assert 1 <= deaths < most - 1
    assert await town.breaches() == []


async def test_what_a_suspended_runner_earned_is_paid(town: Town) -> None:
    runner, admin = await town.member(runner=True, card=None), await new_admin(town)
    order = await town.held_job(runner)
    async with town.database() as work:
        await roster.suspend(work, town.campus, admin, runner.person_id, "two bags opened")
    suspended = await town.known(runner.person_id)
    with pytest.raises(RunnerSuspended):
        await town.claim(suspended, await town.open_job())
    await town.carry(suspended, order)
    await town.hand_over(suspended, order)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED
    assert len(await town.transfers(order.id)) == 1


async def test_a_runner_without_a_pay_out_account_is_owed_and_paid_once_she_has_one(town: Town) -> None:
    await funded(town)
    runner = await town.member(runner=True, ready=False, card=None)
    order = await bought(town, runner)
    await close(town, order, Bearer.PLATFORM, "nobody opens")
    await town.drive()
    assert await owed(town, order) == [("open", SHARE, None)]
    assert "push-payout-waits" in await town.told(order, runner.person_id)
    async with town.database() as work:
        await running.set_up_payout(work, town.campus, runner)
    await town.drive()
    await town.control(f"onboard/{(await town.known(runner.person_id)).stripe_account}", finish=True)

    async def paid() -> bool:
        return await owed(town, order) == [("paid", SHARE, None)]

    await town.until(paid)
    assert await town.breaches() == []


async def test_a_purchase_is_closed_once_and_only_after_the_purchase(town: Town) -> None:
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    with pytest.raises(NotBoughtYet):
        await close(town, order, Bearer.RUNNER, "too early")
    async with town.database() as work:
        await running.buy(work, town.campus, runner, order.id, 850)
    both = await asyncio.gather(
        close(town, order, Bearer.PLATFORM, "one"), close(town, order, Bearer.RUNNER, "two"), return_exceptions=True
    )
    assert sum(isinstance(each, OrderClosed) for each in both) == 1
    borne_by = (await town.order(order.id)).borne_by
    assert [row[1] for row in await owed(town, order)] == ([SHARE] if borne_by is Bearer.PLATFORM else [])
    await town.drive()
    assert await town.breaches() == []


async def test_nobody_closes_a_purchase_she_has_a_part_in(town: Town) -> None:
    runner = await town.member(runner=True, card=None)
    order = await bought(town, runner)
    for person in (runner.person_id, order.customer_id):
        await town.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=person)
        with pytest.raises(NotAllowed):
            await close(town, order, Bearer.PLATFORM, "pay me", admin=await town.known(person))
    with pytest.raises(NotAllowed):
        await close(town, order, Bearer.RUNNER, "for fun", admin=await town.member())
    assert (await town.order(order.id)).status is OrderStatus.PLACED


async def test_of_a_close_and_the_pin_at_one_instant_exactly_one_counts(town: Town) -> None:
    """M10: either the customer paid and the runner is owed, or nobody paid and the admin's word counts."""
    chance, winners, admin = Random(5), Counter[OrderStatus](), await new_admin(town)
    for _ in range(ROUNDS):
        runner = await town.member(runner=True, ready=False, card=None)
        order = await town.held_job(runner)
        await town.carry(runner, order)

        async def hand_over(runner: Member = runner, order: Order = order) -> None:
            await asyncio.sleep(chance.uniform(0, 0.006))
            await town.hand_over(runner, order)

        async def put_an_end(order: Order = order) -> None:
            await asyncio.sleep(chance.uniform(0, 0.006))
            await close(town, order, Bearer.PLATFORM, "she is gone", admin=admin)

        outcomes = await asyncio.gather(hand_over(), put_an_end(), return_exceptions=True)
        assert sum(isinstance(each, OrderClosed) for each in outcomes) == 1, outcomes
        await town.drive()
        ended = await town.order(order.id)
        winners[ended.status] += 1
        (intent,) = await town.intents(order.id)
        assert intent["status"] == ("succeeded" if ended.status is OrderStatus.COMPLETED else "canceled")
        assert [row[1] for row in await owed(town, order)] == [SHARE]
    assert len(winners) == 2, f"a race somebody always wins shows nothing: {winners}"
    assert await town.breaches() == []


async def test_an_admin_finishes_from_the_purchase_on_and_the_money_moves_as_ever(town: Town) -> None:
    runner = await town.member(runner=True, card=None)
    order, admin = await bought(town, runner), await new_admin(town)
    async with town.database() as work:
        finished = await steering.finish(work, town.campus, admin, order.id, "the customer has it in his hands")
    assert finished.status is OrderStatus.DELIVERED
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.COMPLETED
    assert len(await town.transfers(order.id)) == 1
    said = "SELECT actor_id, reason FROM event WHERE order_id = :id AND event = 'finished_by_admin'"
    assert await town.rows(said, id=order.id) == [(admin.person_id, "the customer has it in his hands")]
    assert await town.breaches() == []


async def test_an_admin_gives_a_job_back_to_the_group_and_its_runner_reads_why(town: Town) -> None:
    runner, admin = await town.member(runner=True, card=None), await new_admin(town)
    order = await town.held_job(runner)
    async with town.database() as work:
        await steering.take_back(work, town.campus, admin, order.id, "she lost her phone")
    again = await town.order(order.id)
    assert (again.status, again.runner_id, again.releases) == (OrderStatus.CREATED, None, 1)
    assert "push-released-by-admin" in await town.told(order, runner.person_id)
    said = "SELECT actor_role, actor_id, reason FROM event WHERE order_id = :id AND event = 'released'"
    assert await town.rows(said, id=order.id) == [("admin", admin.person_id, "she lost her phone")]
    await town.drive()
    assert await town.breaches() == []
