"""Purchases that an admin closes: the customer pays nothing, and the runner gets exactly what the admin decides."""

import asyncio
from functools import partial

import pytest

from domain.campuses.people import Member
from domain.errors import CampusGError, NotAllowed, NotBoughtYet, OrderClosed, RunnerSuspended
from domain.orders.states import Bearer, Order, OrderStatus
from domain.orders.use_cases import admin_orders, running
from domain.payouts import use_cases as payouts_use_cases
from domain.support.use_cases import roster
from tests.cases import case
from tests.scenarios.held_payout_setup import make_held_payout_due, release_held_payout, sweep_held_payouts
from tests.scenarios.scenario_setup import close_purchase, new_admin, set_up_payouts
from tests.scenarios.worker_faults import WorkerKilled, killed_worker
from tests.stack.races import race, race_starts, refusal_of
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga

pytestmark = pytest.mark.drill

SHARE = 1030  # a receipt of 8.50 and the runner's part of the fee
REPETITIONS = 12
SETTLE_SECONDS = 3 * 24 * 60 * 60  # until Stripe lets us send a charge's money


async def bought_order(stack: WorkerStack, runner: Member) -> Order:
    """Return an order whose food the runner has bought."""
    order = await stack.claimed_order(runner)
    return await stack.act(running.mark_bought, runner, order.id, 850)


async def fund_platform(stack: WorkerStack, times: int = 1) -> None:
    """Give the platform a Stripe balance for this many runners' shares."""
    for _ in range(times):
        await stack.delivered_order(await stack.add_member(runner=True, ready=False, card=None))
    await stack.run_due()
    await stack.control_stripe("clock", advance=SETTLE_SECONDS)


async def payable_state(stack: WorkerStack, order: Order) -> list[tuple[str, int, str | None]]:
    return [
        (status, amount, charge)
        for status, amount, charge in await stack.rows_of(order, "payable", "status, amount, charge")
    ]


async def test_what_the_runner_bears_costs_nobody_else_anything(stack: WorkerStack, runner: Member) -> None:
    order = await bought_order(stack, runner)
    closed = await close_purchase(stack, order, Bearer.RUNNER, "the runner ate it")
    assert (closed.status, closed.end_reason, closed.end_note) == (OrderStatus.CANCELLED, "closed", "the runner ate it")
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    assert intent["status"] == "canceled"
    assert await payable_state(stack, order) == []
    assert await stack.transfers(order.id) == []
    assert "notification-closed" in await stack.notification_keys(order, order.customer_id)
    assert "notification-closed-unpaid" in await stack.notification_keys(order, runner.person_id)


async def test_what_the_platform_bears_is_paid_from_its_own_balance(stack: WorkerStack, runner: Member) -> None:
    await fund_platform(stack)
    order = await bought_order(stack, runner)
    await close_purchase(stack, order, Bearer.PLATFORM, "the runner broke a leg")
    await stack.run_due()
    assert await payable_state(stack, order) == [("open", SHARE, None)]
    assert await stack.transfers(order.id) == [], "an admin's word alone sends nothing at once"
    await release_held_payout(stack, order)
    assert await payable_state(stack, order) == [("sending", SHARE, None)], "in the commit of the release"
    await stack.run_due()
    (intent,) = await stack.intents(order.id)
    assert intent["status"] == "canceled"
    (transfer,) = await stack.transfers(order.id)
    assert (transfer["amount"], transfer["destination"]) == (SHARE, runner.stripe_account)
    assert transfer["source_transaction"] is None
    assert await payable_state(stack, order) == [("paid", SHARE, None)]
    lines = await stack.rows(
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
    assert {"notification-closed-paid", "notification-paid"} <= set(
        await stack.notification_keys(order, runner.person_id)
    )


@case(19)
async def test_a_balance_too_short_keeps_it_owed_and_an_admin_sends_it_again(own_stack: WorkerStack) -> None:
    runner = await own_stack.add_member(runner=True, card=None)
    order = await bought_order(own_stack, runner)
    await close_purchase(own_stack, order, Bearer.PLATFORM, "the shop burned down")
    await release_held_payout(own_stack, order)
    await own_stack.run_due()
    assert await payable_state(own_stack, order) == [("open", SHARE, None)]
    assert "notification-payout-late" in await own_stack.notification_keys(order, runner.person_id)
    assert "notification-payout-short" in await own_stack.notification_keys(order, own_stack.campus.admin_chat)
    assert (await own_stack.committed_member(runner.person_id)).payouts_ready, (
        "nothing is wrong with the runner's account"
    )
    assert await own_stack.breaches() == []
    await fund_platform(own_stack)
    admin = await new_admin(own_stack)
    await own_stack.act(payouts_use_cases.retry_payout, admin, order.id)
    with pytest.raises(CampusGError):
        await own_stack.act(payouts_use_cases.retry_payout, admin, order.id)
    await own_stack.run_due()
    assert await payable_state(own_stack, order) == [("paid", SHARE, None)]
    assert len(await own_stack.transfers(order.id)) == 1
    assert await own_stack.breaches() == []


@pytest.mark.parametrize("committed", [False, True], ids=["before the commit", "after the commit"])
async def test_m16_a_worker_killed_while_paying_what_we_bear_pays_it_once(stack: WorkerStack, committed: bool) -> None:
    """No charge bounds the transfer, so only its idempotency key prevents a second one (M2)."""
    deaths, most = 0, 6
    await fund_platform(stack, most)
    for at in range(1, most):
        runner = await stack.add_member(runner=True, card=None)
        order = await bought_order(stack, runner)
        await close_purchase(stack, order, Bearer.PLATFORM, "nobody opens")
        await release_held_payout(stack, order)
        paying = (await stack.saga(order, "pay_out_runner")).id
        try:
            await advance_saga(killed_worker(stack, at=at, committed=committed), paying)
        except WorkerKilled:
            deaths += 1
        await stack.run_now()
        await stack.run_due()
        assert await payable_state(stack, order) == [("paid", SHARE, None)]
        assert len(await stack.transfers(order.id)) == 1
        if deaths < at:
            break
    assert 1 <= deaths < most - 1


@case(45)
async def test_what_a_suspended_runner_earned_is_paid(stack: WorkerStack, runner: Member, admin: Member) -> None:
    order = await stack.claimed_order(runner)
    await stack.act(roster.suspend_runner, admin, runner.person_id, "two bags opened")
    suspended = await stack.committed_member(runner.person_id)
    with pytest.raises(RunnerSuspended):
        await stack.claim(suspended, await stack.open_order())
    await stack.deliver(suspended, order)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    assert len(await stack.transfers(order.id)) == 1


async def test_a_runner_without_a_pay_out_account_is_owed_and_paid_once_there_is_one(stack: WorkerStack) -> None:
    await fund_platform(stack)
    runner = await stack.add_member(runner=True, ready=False, card=None)
    order = await bought_order(stack, runner)
    await close_purchase(stack, order, Bearer.PLATFORM, "nobody opens")
    await stack.run_due()
    assert await payable_state(stack, order) == [("open", SHARE, None)]
    assert "notification-payout-waits" in await stack.notification_keys(order, runner.person_id)
    await release_held_payout(stack, order)
    await set_up_payouts(stack, runner)
    assert await payable_state(stack, order) == [("paid", SHARE, None)]


async def test_a_purchase_is_closed_once_and_only_after_the_purchase(stack: WorkerStack, runner: Member) -> None:
    order = await stack.claimed_order(runner)
    with pytest.raises(NotBoughtYet):
        await close_purchase(stack, order, Bearer.RUNNER, "too early")
    await stack.act(running.mark_bought, runner, order.id, 850)
    both = await asyncio.gather(
        close_purchase(stack, order, Bearer.PLATFORM, "one"),
        close_purchase(stack, order, Bearer.RUNNER, "two"),
        return_exceptions=True,
    )
    assert sum(isinstance(each, OrderClosed) for each in both) == 1
    borne_by = (await stack.order(order.id)).borne_by
    assert [row[1] for row in await payable_state(stack, order)] == ([SHARE] if borne_by is Bearer.PLATFORM else [])
    await stack.run_due()


async def test_nobody_closes_a_purchase_they_have_a_part_in(stack: WorkerStack, runner: Member) -> None:
    order = await bought_order(stack, runner)
    for person in (runner.person_id, order.customer_id):
        await stack.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=person)
        with pytest.raises(NotAllowed):
            await close_purchase(stack, order, Bearer.PLATFORM, "pay me", admin=await stack.committed_member(person))
    with pytest.raises(NotAllowed):
        await close_purchase(stack, order, Bearer.RUNNER, "for fun", admin=await stack.add_member())
    assert (await stack.order(order.id)).status is OrderStatus.PLACED


async def test_of_a_close_and_the_pin_at_one_instant_exactly_one_counts(stack: WorkerStack, admin: Member) -> None:
    """Either the customer paid and the runner is owed, or nobody paid and the admin's decision counts (M10)."""
    for begin in race_starts(2, REPETITIONS, seed=5, spread=0.006):
        runner = await stack.add_member(runner=True, ready=False, card=None)
        order = await stack.claimed_order(runner)
        await stack.bring_to_drop_point(runner, order)
        end = partial(close_purchase, stack, order, Bearer.PLATFORM, "the runner is gone", admin=admin)
        refusals = await race(
            begin, partial(refusal_of, partial(stack.hand_over, runner, order)), partial(refusal_of, end)
        )
        assert sorted(type(each).__name__ for each in refusals) == ["NoneType", "OrderClosed"]
        handed_over = refusals[0] is None
        assert begin.first is None or handed_over is (begin.first == 0)
        await stack.run_due()
        ended = await stack.order(order.id)
        assert ended.status is (OrderStatus.COMPLETED if handed_over else OrderStatus.CANCELLED)
        (intent,) = await stack.intents(order.id)
        assert intent["status"] == ("succeeded" if handed_over else "canceled")
        assert [row[1] for row in await payable_state(stack, order)] == [SHARE]


async def test_an_admin_finishes_from_the_purchase_on_and_the_pay_waits_for_problems(
    stack: WorkerStack,
) -> None:
    runner = await stack.add_member(runner=True, card=None)
    order, admin = await bought_order(stack, runner), await new_admin(stack)
    await stack.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=runner.person_id)
    with pytest.raises(NotAllowed):  # the PIN would guard nothing if the runner's word were enough
        await stack.act(
            admin_orders.finish_order_as_admin, await stack.committed_member(runner.person_id), order.id, "mine"
        )
    finished = await stack.act(admin_orders.finish_order_as_admin, admin, order.id, "the customer has it in his hands")
    assert finished.status is OrderStatus.DELIVERED
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    assert await stack.transfers(order.id) == []
    await make_held_payout_due(stack, order)
    await sweep_held_payouts(stack)
    assert len(await stack.transfers(order.id)) == 1
    said = "SELECT actor_id, reason FROM event_log WHERE order_id = :id AND event = 'finished_by_admin'"
    assert await stack.rows(said, id=order.id) == [(admin.person_id, "the customer has it in his hands")]


@case(45)
async def test_an_admin_gives_an_order_back_to_the_group_and_its_runner_reads_why(stack: WorkerStack) -> None:
    runner, admin = await stack.add_member(runner=True, card=None), await new_admin(stack)
    order = await stack.claimed_order(runner)
    await stack.act(admin_orders.release_order_as_admin, admin, order.id, "the runner lost a phone")
    again = await stack.order(order.id)
    assert (again.status, again.runner_id, again.releases) == (OrderStatus.CREATED, None, 1)
    assert "notification-released-by-admin" in await stack.notification_keys(order, runner.person_id)
    said = "SELECT actor_role, actor_id, reason FROM event_log WHERE order_id = :id AND event = 'released'"
    assert await stack.rows(said, id=order.id) == [("admin", admin.person_id, "the runner lost a phone")]
    await stack.run_due()
