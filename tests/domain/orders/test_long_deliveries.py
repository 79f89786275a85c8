"""A runner who only says that all is well keeps an order for a bounded time; the admins learn of long ones."""

import pytest

from domain.campuses.people import Member
from domain.errors import BarredFromOrder, PurchaseDue
from domain.orders.states import Order, OrderStatus
from domain.orders.timers.model import TimerKind
from domain.orders.use_cases import check_ins, photos, running
from tests.scenarios.escalation_timers import fire_timers_of, minutes_until, timer_kinds
from tests.stack.photos import new_photo
from tests.stack.worker_stack import WorkerStack

CHECK_IN, SILENCE = TimerKind.RUNNER_CHECK_IN, TimerKind.CHECK_IN_DEADLINE


async def confirm_check_in(stack: WorkerStack, runner: Member, order: Order) -> None:
    """Tap [Yes, on it]."""
    await stack.act(check_ins.check_in_as_runner, runner, order.id)


async def let_pass(stack: WorkerStack, order: Order, column: str, minutes: int) -> None:
    """Let the order have been claimed, or bought, so long ago."""
    await stack.sql(
        f"UPDATE orders SET {column} = now() - make_interval(mins => :minutes) WHERE id = :id",
        minutes=minutes,
        id=order.id,
    )


async def asked_last(stack: WorkerStack, runner: Member, minutes: int = 41) -> Order:
    """An order whose runner says that all is well, and is asked for the last time."""
    order = await stack.claimed_order(runner)
    await let_pass(stack, order, "accepted_at", minutes)
    await confirm_check_in(stack, runner, order)
    await fire_timers_of(stack, order, CHECK_IN)
    return order


async def test_a_check_in_shortly_before_the_end_of_the_claim_is_not_for_the_whole_window(
    stack: WorkerStack, runner: Member
) -> None:
    order = await stack.claimed_order(runner)
    await let_pass(stack, order, "accepted_at", 38)
    await confirm_check_in(stack, runner, order)
    assert 2.9 < await minutes_until(stack, order, CHECK_IN) <= 3


async def test_a_runner_who_does_not_buy_loses_the_order_whatever_they_answer_and_all_sides_read_it(
    stack: WorkerStack, runner: Member
) -> None:
    order = await asked_last(stack, runner)
    assert await timer_kinds(stack, order) == {"check_in_deadline"}
    assert 3.9 < await minutes_until(stack, order, SILENCE) <= 4
    with pytest.raises(PurchaseDue):
        await confirm_check_in(stack, runner, order)
    await stack.act(photos.save_receipt_photo, runner, order.id, new_photo())  # an act, and no purchase
    assert await timer_kinds(stack, order) == {"check_in_deadline"}
    await fire_timers_of(stack, order, SILENCE)
    opened = await stack.order(order.id)
    assert (opened.status, opened.runner_id, opened.releases) == (OrderStatus.CREATED, None, 1)
    to_runner = await stack.notification_keys(order, runner.person_id)
    assert to_runner == ["notification-claim-ending", "notification-claim-ended"]
    assert (await stack.notification_keys(order, order.customer_id))[-1] == "notification-released"
    assert await stack.notification_keys(order, -200) == ["notification-claim-ended-admins"]
    with pytest.raises(BarredFromOrder):
        await stack.claim(runner, order)


async def test_an_answer_to_an_earlier_question_leaves_time_for_the_last_one(
    stack: WorkerStack, runner: Member
) -> None:
    order = await stack.claimed_order(runner)
    await fire_timers_of(stack, order, CHECK_IN)
    await let_pass(stack, order, "accepted_at", 42)
    await confirm_check_in(stack, runner, order)
    assert await timer_kinds(stack, order) == {"runner_check_in"}
    assert await minutes_until(stack, order, CHECK_IN) <= 0
    await fire_timers_of(stack, order, CHECK_IN)
    assert 3.9 < await minutes_until(stack, order, SILENCE) <= 4


async def test_the_purchase_keeps_the_order_after_the_last_question(stack: WorkerStack, runner: Member) -> None:
    order = await asked_last(stack, runner)
    await stack.run_due()
    bought = await stack.act(running.mark_bought, runner, order.id, 850)
    assert bought.status is OrderStatus.PLACED
    assert await timer_kinds(stack, order) == {"runner_check_in"}
    await confirm_check_in(stack, runner, order)


async def test_each_claim_has_the_whole_time(stack: WorkerStack, runner: Member) -> None:
    order = await asked_last(stack, runner)
    await fire_timers_of(stack, order, SILENCE)
    other = await stack.add_member(runner=True, card=None)
    await stack.claim(other, order)
    assert 7.9 < await minutes_until(stack, order, CHECK_IN) <= 8
    await confirm_check_in(stack, other, order)


async def test_the_admins_are_told_once_of_food_that_was_bought_long_ago_however_often_its_runner_answers(
    stack: WorkerStack, runner: Member
) -> None:
    order = await stack.claimed_order(runner)
    await stack.act(running.mark_bought, runner, order.id, 850)
    await let_pass(stack, order, "bought_at", 110)
    await confirm_check_in(stack, runner, order)
    assert 9.9 < await minutes_until(stack, order, CHECK_IN) <= 10
    await let_pass(stack, order, "bought_at", 120)
    for _ in range(2):
        await fire_timers_of(stack, order, CHECK_IN)
        await confirm_check_in(stack, runner, order)
        assert 19.9 < await minutes_until(stack, order, CHECK_IN) <= 20
    assert await stack.notification_keys(order, -200) == ["notification-delivery-late"]
    assert (await stack.order(order.id)).status is OrderStatus.PLACED
