"""Claims: of any number of runners one gets the order and keeps it, and the others are refused correctly."""

import asyncio
from functools import partial

import pytest

from domain.campuses.people import Member
from domain.errors import (
    BarredFromOrder,
    CampusGError,
    HoldNotChecked,
    NotAllowed,
    OrderAlreadyTaken,
    OrderAlreadyYours,
    OwnOrder,
    RunnerNotApproved,
    RunnerSuspended,
    Stale,
    TooManyDeliveries,
)
from domain.orders.states import Order, OrderStatus
from domain.orders.timers.model import TimerKind
from domain.orders.use_cases import running
from tests.cases import case
from tests.scenarios.escalation_timers import minutes_until, timer_kinds
from tests.stack.races import refusal_of
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga


async def refusal_of_claim(stack: WorkerStack, runner: Member, order: Order) -> type[CampusGError] | None:
    """The refusal of a claim, or None when it won."""
    refusal = await refusal_of(partial(stack.claim, runner, order))
    return None if refusal is None else type(refusal)


async def test_s1_fifty_runners_claim_at_once_and_a_losing_claim_leaves_the_winner_alone(stack: WorkerStack) -> None:
    """Covers S1, S2 and S14."""
    order = await stack.open_order()
    runners = [await stack.add_member(runner=True, ready=False, card=None) for _ in range(50)]
    refusals = await asyncio.gather(*(refusal_of_claim(stack, runner, order) for runner in runners))
    assert refusals.count(None) == 1
    assert refusals.count(OrderAlreadyTaken) == 49
    await stack.run_due()
    held = await stack.order(order.id)
    assert (held.status, held.hold_checked) == (OrderStatus.ACCEPTED, True)
    assert held.runner_id == runners[refusals.index(None)].person_id
    claims = await stack.rows("SELECT event FROM event_log WHERE order_id = :id AND event = 'claimed'", id=order.id)
    assert len(claims) == 1


@case(32)
async def test_a_double_tap_on_claim_is_one_claim(stack: WorkerStack, new_runner: Member) -> None:
    order = await stack.open_order()
    refusals = await asyncio.gather(*(refusal_of_claim(stack, new_runner, order) for _ in range(8)))
    assert refusals.count(None) == 1
    assert set(refusals) - {None} <= {OrderAlreadyYours, Stale}
    started = "SELECT count(*) FROM saga WHERE order_id = :id AND kind = 'accept_order'"
    assert await stack.rows(started, id=order.id) == [(1,)]


async def test_a4_a_runner_may_not_claim_their_own_order(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True)
    order = await stack.open_order(runner)
    assert await refusal_of_claim(stack, runner, order) is OwnOrder


async def test_a4_a_runner_with_an_order_gets_no_second_one(stack: WorkerStack, runner: Member) -> None:
    await stack.claimed_order(runner)
    assert await refusal_of_claim(stack, runner, await stack.open_order()) is TooManyDeliveries


async def test_a_person_who_is_no_runner_here_can_not_claim(stack: WorkerStack) -> None:
    order = await stack.open_order()
    assert await refusal_of_claim(stack, await stack.add_member(), order) is RunnerNotApproved


async def test_a_claim_with_a_forged_membership_is_refused_by_the_row(stack: WorkerStack, new_runner: Member) -> None:
    """The membership row decides, not what the caller believes of the member (A1)."""
    order = await stack.open_order()
    await stack.sql("UPDATE membership SET runner_status = 'suspended' WHERE person_id = :id", id=new_runner.person_id)
    assert await refusal_of_claim(stack, new_runner, order) is RunnerSuspended


async def test_a1_nobody_but_its_runner_moves_an_order(stack: WorkerStack) -> None:
    """Also covers A2 and S15."""
    runner, other = await stack.add_member(runner=True, card=None), await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner)
    async with stack.database() as work:
        for tap in (running.start_release, running.mark_picked_up, running.mark_arrived):
            with pytest.raises(NotAllowed):
                await tap(work, stack.campus, other, order.id)
        with pytest.raises(NotAllowed):
            await running.mark_bought(work, stack.campus, other, order.id, 500)
        with pytest.raises(NotAllowed):
            await running.hand_over_with_pin(work, stack.campus, other, order.id, order.pin or "")
    assert await stack.order(order.id) == order


async def test_s11_an_order_given_back_has_a_fresh_deadline_and_bars_the_runner(stack: WorkerStack) -> None:
    runner, second = await stack.add_member(runner=True, card=None), await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner)
    await stack.sql("UPDATE timer SET due_at = now() + interval '1 minute' WHERE order_id = :id", id=order.id)
    opened = await stack.act(running.start_release, runner, order.id)
    assert (opened.status, opened.hold_checked) == (OrderStatus.CREATED, False)
    assert (opened.runner_id, opened.pin) == (None, None)
    assert await minutes_until(stack, order, TimerKind.EXPIRE) > 29
    assert "notification-released" in await stack.notification_keys(order, order.customer_id)
    assert await refusal_of_claim(stack, runner, order) is BarredFromOrder
    await stack.claim(second, order)
    await stack.run_due()
    assert (await stack.order(order.id)).hold_checked


async def test_a_fresh_deadline_never_goes_past_the_longest_an_order_may_stay_open(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner)
    await stack.sql("UPDATE orders SET placed_at = now() - interval '80 minutes' WHERE id = :id", id=order.id)
    await stack.act(running.start_release, runner, order.id)
    assert 9.9 < await minutes_until(stack, order, TimerKind.EXPIRE) <= 10


async def test_an_order_given_back_three_times_ends(stack: WorkerStack) -> None:
    """An order is released at most twice; the third release ends it."""
    order = await stack.open_order()
    for expected in (OrderStatus.CREATED, OrderStatus.CREATED, OrderStatus.EXPIRED):
        runner = await stack.add_member(runner=True, card=None)
        await stack.claim(runner, order)
        await stack.run_due()
        await stack.act(running.start_release, runner, order.id)
        await stack.run_due()
        assert (await stack.order(order.id)).status is expected
    (intent,) = await stack.intents(order.id)
    assert intent["status"] == "canceled"


@case(25)
async def test_nothing_is_bought_before_stripe_confirmed_the_hold(stack: WorkerStack, runner: Member) -> None:
    order = await stack.open_order()
    await stack.claim(runner, order)
    with pytest.raises(HoldNotChecked):
        await stack.act(running.mark_bought, runner, order.id, 850)
    await stack.run_due()
    async with stack.database() as work:
        assert (await running.mark_bought(work, stack.campus, runner, order.id, 850)).status is OrderStatus.PLACED


@case(25)
async def test_a_hold_gone_at_the_claim_ends_the_order_and_tells_both(stack: WorkerStack, runner: Member) -> None:
    """No runner buys before the hold is confirmed (M14)."""
    order = await stack.open_order()
    (intent,) = await stack.intents(order.id)
    await stack.context.stripe.v1.payment_intents.cancel_async(intent["id"])
    await stack.claim(runner, order)
    await stack.run_due()
    ended = await stack.order(order.id)
    assert (ended.status, ended.end_reason, ended.hold_checked) == (OrderStatus.CANCELLED, "hold_gone", False)
    assert "notification-hold-gone-runner" in await stack.notification_keys(order, runner.person_id)
    assert "notification-hold-gone-customer" in await stack.notification_keys(order, order.customer_id)
    assert (await stack.saga(order, "accept_order")).status == "compensated"


async def test_s3_with_stripe_out_of_reach_a_claim_is_given_back_with_its_old_deadline(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.open_order()
    deadlines = "SELECT kind, due_at, status FROM timer WHERE order_id = :id AND kind <> 'runner_check_in' ORDER BY id"
    set_before = await stack.rows(deadlines, id=order.id)
    await stack.inject_fault("GET /v1/payment_intents/*", "reset", times=1000)
    await stack.claim(runner, order)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.ACCEPTED
    await stack.sql("UPDATE saga SET failing_since = now() - interval '121 seconds' WHERE order_id = :id", id=order.id)
    await stack.run_now()
    await stack.clear_faults()
    given_back = await stack.order(order.id)
    assert (given_back.status, given_back.runner_id) == (OrderStatus.CREATED, None)
    assert await stack.rows(deadlines, id=order.id) == set_before
    assert {(row.kind, row.status) for row in set_before} == {("expire", "set"), ("nudge", "set"), ("odds", "set")}
    assert "notification-claim-given-back" in await stack.notification_keys(order, runner.person_id)
    assert await refusal_of_claim(stack, runner, order) is None, "a claim that failed because of Stripe bars no runner"
    await stack.run_due()
    assert (await stack.order(order.id)).hold_checked


async def test_a_late_answer_for_a_released_claim_does_not_touch_the_next_runners(stack: WorkerStack) -> None:
    """A claim makes and undoes only its own effects (S1)."""
    first, second = await stack.add_member(runner=True, card=None), await stack.add_member(runner=True, card=None)
    order = await stack.open_order()
    await stack.claim(first, order)  # its check has not run when the runner gives the order back
    await stack.act(running.start_release, first, order.id)
    await stack.claim(second, order)
    ((old,),) = await stack.rows(
        "SELECT id FROM saga WHERE order_id = :id AND person_id = :who AND kind = 'accept_order'",
        id=order.id,
        who=first.person_id,
    )
    await advance_saga(stack.context, old)
    assert not (await stack.order(order.id)).hold_checked, "the first runner's check confirms nothing for the second"
    await stack.run_now()
    held = await stack.order(order.id)
    assert (held.runner_id, held.hold_checked) == (second.person_id, True)


async def test_s1_a_claim_that_is_compensated_late_leaves_the_winner_alone(stack: WorkerStack) -> None:
    """In the original, the compensation took the order away from the runner who had it."""
    first, second = await stack.add_member(runner=True, card=None), await stack.add_member(runner=True, card=None)
    order = await stack.open_order()
    await stack.claim(first, order)
    old = (await stack.saga(order, "accept_order")).id
    await stack.act(running.start_release, first, order.id)
    await stack.claim(second, order)
    await advance_saga(stack.context, (await stack.saga(order, "accept_order")).id)
    held = await stack.order(order.id)
    assert (held.runner_id, held.hold_checked) == (second.person_id, True)
    await stack.sql("UPDATE saga SET failing_since = now() - interval '3 minutes' WHERE id = :id", id=old)
    await stack.inject_fault("GET /v1/payment_intents/*", "reset", times=9)  # the client retries a read by itself
    await advance_saga(stack.context, old)
    await stack.clear_faults()
    assert await stack.rows("SELECT status FROM saga WHERE id = :id", id=old) == [("compensated",)]
    assert await stack.order(order.id) == held
    assert await timer_kinds(stack, order) == {"runner_check_in"}
