"""A silent runner is asked to check in; before the purchase the order is released, after it people are told."""

import asyncio
from functools import partial

import pytest

from domain.campuses.people import Member
from domain.errors import BarredFromOrder, NotAllowed, Stale
from domain.orders.escalations.silent_runner import is_runner_silent
from domain.orders.states import Order, OrderStatus
from domain.orders.timers.model import TimerKind
from domain.orders.use_cases import check_ins, running
from tests.scenarios.escalation_timers import fire_timers_of, make_timers_due, minutes_until, sweep, timer_kinds
from tests.scenarios.worker_faults import WorkerKilled, killed_worker
from tests.stack.races import is_accepted, race, race_starts
from tests.stack.worker_stack import WorkerStack
from workers.scheduling.due_timers import fire_timers

pytestmark = pytest.mark.drill

CHECK_IN, SILENCE = TimerKind.RUNNER_CHECK_IN, TimerKind.CHECK_IN_DEADLINE
REPETITIONS = 12


async def confirm_check_in(stack: WorkerStack, runner: Member, order: Order) -> None:
    """Tap [Yes, on it]."""
    await stack.act(check_ins.check_in_as_runner, runner, order.id)


async def is_shown_silent(stack: WorkerStack, order: Order) -> bool:
    """Whether the customer's order message says that the runner is silent."""
    async with stack.database() as work:
        return await is_runner_silent(work, await stack.order(order.id))


async def test_a_claim_starts_the_wait_for_a_check_in_and_the_runner_is_asked_once(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner)
    assert await timer_kinds(stack, order) == {"runner_check_in"}
    assert 7.9 < await minutes_until(stack, order, CHECK_IN) <= 8
    await make_timers_due(stack, order, CHECK_IN)
    await asyncio.gather(*(fire_timers(stack.new_worker(f"worker {number}")) for number in range(4)))
    assert await stack.notification_keys(order, runner.person_id) == ["notification-runner-check-in"]
    assert await timer_kinds(stack, order) == {"check_in_deadline"}
    assert 3.9 < await minutes_until(stack, order, SILENCE) <= 4


async def test_a_runner_who_answers_keeps_the_order_and_is_asked_again_later(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner)
    await fire_timers_of(stack, order, CHECK_IN)
    await confirm_check_in(stack, runner, order)
    await confirm_check_in(stack, runner, order)
    assert await timer_kinds(stack, order) == {"runner_check_in"}
    assert 7.9 < await minutes_until(stack, order, CHECK_IN) <= 8
    assert (await stack.order(order.id)).runner_id == runner.person_id
    await fire_timers_of(stack, order, CHECK_IN)
    assert await stack.notification_keys(order, runner.person_id) == ["notification-runner-check-in"] * 2


async def test_an_order_without_a_check_in_is_released_and_both_sides_are_told(stack: WorkerStack) -> None:
    runner, next_one = [await stack.add_member(runner=True, card=None) for _ in range(2)]
    order = await stack.claimed_order(runner)
    await fire_timers_of(stack, order, CHECK_IN)
    await fire_timers_of(stack, order, SILENCE)
    opened = await stack.order(order.id)
    assert (opened.status, opened.runner_id, opened.releases) == (OrderStatus.CREATED, None, 1)
    assert await stack.notification_keys(order, runner.person_id) == [
        "notification-runner-check-in",
        "notification-taken-back",
    ]
    assert await stack.notification_keys(order, order.customer_id) == ["notification-claimed", "notification-released"]
    said = await stack.rows(
        "SELECT actor_role, actor_id, reason FROM event_log WHERE order_id = :id AND event = 'released'", id=order.id
    )
    assert said == [("system", None, "silence")]
    assert await timer_kinds(stack, order) == {"expire", "nudge"}
    with pytest.raises(BarredFromOrder):
        await stack.claim(runner, order)
    for anybody in (runner, next_one):
        with pytest.raises(Stale):
            await confirm_check_in(stack, anybody, order)
    await stack.claim(next_one, order)
    with pytest.raises(NotAllowed):
        await confirm_check_in(stack, runner, order)
    assert await timer_kinds(stack, order) == {"runner_check_in"}


async def test_after_the_last_release_silence_ends_the_order(stack: WorkerStack) -> None:
    order = await stack.open_order()
    for _ in range(3):
        await stack.claim(await stack.add_member(runner=True, card=None), order)
        await stack.run_due()
        await fire_timers_of(stack, order, CHECK_IN)
        await fire_timers_of(stack, order, SILENCE)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.EXPIRED
    loud = "SELECT key FROM notification WHERE order_id = :id AND chat_id = :chat AND NOT silent"
    assert len(await stack.rows(loud, id=order.id, chat=order.customer_id)) <= 4


@pytest.mark.parametrize("asked", [True, False])
async def test_a_purchase_counts_as_a_check_in_and_so_does_every_step(stack: WorkerStack, asked: bool) -> None:
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner)
    for step in (
        partial(running.mark_bought, receipt=850),
        running.mark_picked_up,
        running.mark_arrived,
    ):
        if asked:
            await fire_timers_of(stack, order, CHECK_IN)
        await stack.act(step, runner, order.id)
        assert "check_in_deadline" not in await timer_kinds(stack, order)
        assert 19.9 < await minutes_until(stack, order, CHECK_IN) <= 20
    await stack.hand_over(runner, order)
    assert await timer_kinds(stack, order) == set(), "after the delivery the runner is not asked any more"


async def test_of_a_purchase_and_the_check_in_timeout_at_one_instant_one_wins(stack: WorkerStack) -> None:
    for begin in race_starts(2, REPETITIONS, seed=5, spread=0.006):
        runner = await stack.add_member(runner=True, ready=False, card=None)
        order = await stack.claimed_order(runner)
        await fire_timers_of(stack, order, CHECK_IN)
        await make_timers_due(stack, order, SILENCE)
        bought, _ = await race(
            begin,
            partial(is_accepted, partial(stack.act, running.mark_bought, runner, order.id, 850)),
            partial(sweep, stack),
        )
        after = await stack.order(order.id)
        assert begin.first is None or bought is (begin.first == 0)
        assert after.status is (OrderStatus.PLACED if bought else OrderStatus.CREATED)
        assert (after.runner_id == runner.person_id, after.receipt is not None) == (bought, bought)
        assert ("notification-taken-back" in await stack.notification_keys(order)) is not bought
        assert await timer_kinds(stack, order) == ({"runner_check_in"} if bought else {"expire", "nudge"})


async def test_after_the_purchase_silence_is_told_to_the_admins_once_a_stage(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner)
    await stack.act(running.mark_bought, runner, order.id, 850)
    drawn = "SELECT sum(requested_revision) FROM order_message WHERE order_id = :id AND kind = 'customer'"
    for _ in range(2):
        await fire_timers_of(stack, order, CHECK_IN)
        assert not await is_shown_silent(stack, order)
        ((before,),) = await stack.rows(drawn, id=order.id)
        await fire_timers_of(stack, order, SILENCE)
        assert await is_shown_silent(stack, order)
        await confirm_check_in(stack, runner, order)
        assert not await is_shown_silent(stack, order)
        assert await stack.rows(drawn, id=order.id) == [(before + 2,)], (
            "the customer's order message says it, and says when it is over"
        )
    assert await stack.notification_keys(order, -200) == ["notification-silent-admins"]
    await stack.act(running.mark_picked_up, runner, order.id)
    await fire_timers_of(stack, order, CHECK_IN)
    await fire_timers_of(stack, order, SILENCE)
    assert await stack.notification_keys(order, -200) == ["notification-silent-admins"] * 2
    assert await stack.notification_keys(order, runner.person_id) == ["notification-runner-check-in-bought"] * 3
    assert await stack.notification_keys(order, order.customer_id) == ["notification-claimed", "notification-bought"]
    assert (await stack.order(order.id)).status is OrderStatus.ON_THE_WAY, "no runner is unassigned after the purchase"
    await stack.act(running.mark_arrived, runner, order.id)
    assert not await is_shown_silent(stack, order)


@pytest.mark.parametrize("committed", [True, False])
async def test_a_worker_killed_while_it_acts_on_silence_has_done_all_of_it_or_nothing(
    stack: WorkerStack, committed: bool, runner: Member
) -> None:
    order = await stack.claimed_order(runner)
    await fire_timers_of(stack, order, CHECK_IN)
    await make_timers_due(stack, order, SILENCE)
    with pytest.raises(WorkerKilled):
        await fire_timers(killed_worker(stack, at=1, committed=committed))
    assert (await stack.order(order.id)).status is (OrderStatus.CREATED if committed else OrderStatus.ACCEPTED)
    assert await timer_kinds(stack, order) == ({"expire", "nudge"} if committed else {"check_in_deadline"})
    await stack.run_due()
    assert (await stack.order(order.id)).releases == 1
    assert await stack.notification_keys(order, runner.person_id) == [
        "notification-runner-check-in",
        "notification-taken-back",
    ]


async def test_a_check_in_for_an_order_that_is_over_is_stale(stack: WorkerStack, runner: Member) -> None:
    order = await stack.delivered_order(runner)
    with pytest.raises(Stale):
        await confirm_check_in(stack, runner, order)
    assert await timer_kinds(stack, order) == set()
