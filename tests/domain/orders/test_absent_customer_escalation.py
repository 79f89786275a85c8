"""The escalation of an absent customer: a reminder, then leaving the food; the PIN counts at any time."""

import asyncio

import pytest

from domain.campuses.people import Member
from domain.errors import LeavingTooEarly, OrderClosed, PhotoMissing
from domain.orders.states import Order, OrderStatus
from domain.orders.timers.model import TimerKind
from domain.orders.use_cases import admin_orders, photos
from domain.support.use_cases import relay
from tests.scenarios.escalation_timers import (
    allow_leaving,
    fire_timers_of,
    make_timers_due,
    mark_reminder,
    minutes_until,
    sweep,
    timer_kinds,
)
from tests.scenarios.scenario_setup import new_admin
from tests.stack.photos import new_photo
from tests.stack.worker_stack import WorkerStack
from workers.scheduling.due_timers import fire_timers

REMINDER, ABSENT, CHECK_IN = TimerKind.REMINDER, TimerKind.ABSENT, TimerKind.RUNNER_CHECK_IN


async def arrived_order(stack: WorkerStack) -> tuple[Member, Order]:
    """Return a runner who has arrived, with the order."""
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner)
    return runner, await stack.bring_to_drop_point(runner, order)


async def leave_food(stack: WorkerStack, runner: Member, order: Order) -> Order:
    """Leave the food with a photo of where it is."""
    return await stack.act(photos.leave_food_with_photo, runner, order.id, new_photo())


async def test_an_absent_customer_is_reminded_then_the_food_may_be_left_and_everybody_is_paid(
    stack: WorkerStack,
) -> None:
    runner, order = await arrived_order(stack)
    assert 1.9 < await minutes_until(stack, order, REMINDER) <= 2
    assert 4.9 < await minutes_until(stack, order, ABSENT) <= 5
    await fire_timers_of(stack, order, REMINDER)
    with pytest.raises(LeavingTooEarly):
        await leave_food(stack, runner, order)
    await mark_reminder(stack, order, "sent")
    await fire_timers_of(stack, order, ABSENT)
    await leave_food(stack, runner, order)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    told = [
        "notification-claimed",
        "notification-bought",
        "notification-arrived",
        "notification-reminder",
        "notification-absent",
        "notification-food-left",
    ]
    assert await stack.notification_keys(order, order.customer_id) == told
    assert "notification-may-leave" in await stack.notification_keys(order, runner.person_id)
    query = "SELECT key FROM notification WHERE order_id = :id AND chat_id = :chat AND NOT silent ORDER BY id"
    loud = [row.key for row in await stack.rows(query, id=order.id, chat=order.customer_id)]
    assert loud == ["notification-claimed", "notification-arrived", "notification-reminder", "notification-food-left"]


async def test_after_an_outage_the_customer_is_reminded_before_the_food_may_be_left(stack: WorkerStack) -> None:
    """Both stages are due at once: the reminder goes out, and the last stage is put off by the time between them."""
    runner, order = await arrived_order(stack)
    await fire_timers_of(stack, order, REMINDER, ABSENT)
    await sweep(stack)
    told = await stack.notification_keys(order, order.customer_id)
    assert told[-2:] == ["notification-arrived", "notification-reminder"]
    assert 2.9 < await minutes_until(stack, order, ABSENT) <= 3
    with pytest.raises(LeavingTooEarly):
        await leave_food(stack, runner, order)


@pytest.mark.parametrize("status", ["due", "sending"])
async def test_a_reminder_that_is_not_sent_yet_allows_nothing(stack: WorkerStack, status: str) -> None:
    runner, order = await arrived_order(stack)
    await fire_timers_of(stack, order, REMINDER)
    await mark_reminder(stack, order, status)
    await fire_timers_of(stack, order, ABSENT)
    with pytest.raises(LeavingTooEarly):
        await leave_food(stack, runner, order)
    await mark_reminder(stack, order, "sent")
    await fire_timers_of(stack, order, ABSENT)
    assert (await leave_food(stack, runner, order)).status is OrderStatus.DELIVERED


async def test_about_a_customer_who_cannot_be_told_an_admin_decides(stack: WorkerStack) -> None:
    """The customer blocked the bot; both the runner and the admins read it once, however often the stage fires."""
    runner, order = await arrived_order(stack)
    await fire_timers_of(stack, order, REMINDER)
    await mark_reminder(stack, order, "dropped")
    for _ in range(7):
        await fire_timers_of(stack, order, ABSENT)
    with pytest.raises(LeavingTooEarly):
        await leave_food(stack, runner, order)
    for chat, key in (
        (stack.campus.admin_chat, "notification-customer-not-reached"),
        (runner.person_id, "notification-customer-not-reached-runner"),
    ):
        assert (await stack.notification_keys(order, chat)).count(key) == 1
    assert await stack.rows("SELECT id FROM dead_letter WHERE order_id = :id", id=order.id) == []
    admin = await new_admin(stack)
    finished = await stack.act(admin_orders.finish_order_as_admin, admin, order.id, "called them")
    assert finished.status is OrderStatus.DELIVERED


async def test_food_is_never_left_without_a_photo(stack: WorkerStack) -> None:
    runner, order = await arrived_order(stack)
    await allow_leaving(stack, order)
    with pytest.raises(PhotoMissing):
        await stack.act(photos.leave_food_with_photo, runner, order.id, None)
    assert (await stack.order(order.id)).status is OrderStatus.ARRIVED


async def test_a_locked_pin_is_said_to_the_customer_and_opens_nothing(stack: WorkerStack) -> None:
    """The reminder names no PIN then, and the stages go on as for any customer who does not come."""
    runner, order = await arrived_order(stack)
    await stack.sql("UPDATE orders SET pin_tries = 5 WHERE id = :id", id=order.id)
    with pytest.raises(LeavingTooEarly):
        await leave_food(stack, runner, order)
    await fire_timers_of(stack, order, REMINDER)
    assert (await stack.notification_keys(order, order.customer_id))[-1] == "notification-reminder-locked"
    with pytest.raises(LeavingTooEarly):
        await leave_food(stack, runner, order)
    await mark_reminder(stack, order, "sent")
    await fire_timers_of(stack, order, ABSENT)
    assert (await leave_food(stack, runner, order)).status is OrderStatus.DELIVERED


async def test_nobody_is_reminded_of_food_they_already_have(stack: WorkerStack) -> None:
    runner, order = await arrived_order(stack)
    await make_timers_due(stack, order, REMINDER, ABSENT)
    await asyncio.gather(stack.hand_over(runner, order), fire_timers(stack.context))
    await fire_timers(stack.context)
    assert await timer_kinds(stack, order) == set()
    told = await stack.notification_keys(order, order.customer_id)
    assert told[-1] == "notification-delivered"
    assert (await stack.order(order.id)).status is OrderStatus.DELIVERED


async def test_of_pin_and_photo_in_the_same_moment_one_delivers(stack: WorkerStack) -> None:
    for _ in range(4):
        runner, order = await arrived_order(stack)
        await allow_leaving(stack, order)
        ways = await asyncio.gather(
            stack.hand_over(runner, order), leave_food(stack, runner, order), return_exceptions=True
        )
        assert [type(each) for each in ways if isinstance(each, Exception)] == [OrderClosed]
        told = await stack.notification_keys(order, order.customer_id)
        assert ("notification-delivered" in told) + ("notification-food-left" in told) == 1
        assert ("notification-food-left" in told) == ((await stack.order(order.id)).proof_photo is not None)


async def test_a_runner_who_writes_has_checked_in(stack: WorkerStack, runner: Member) -> None:
    order = await stack.claimed_order(runner)
    await fire_timers_of(stack, order, CHECK_IN)
    await stack.act(relay.relay_message, runner, order, "in the queue", photo=None, message_id=7)
    assert await timer_kinds(stack, order) == {"runner_check_in"}
    customer = await stack.committed_member(order.customer_id)
    await fire_timers_of(stack, order, CHECK_IN)
    await stack.act(relay.relay_message, customer, order, "where are you?", photo=None, message_id=8)
    assert await timer_kinds(stack, order) == {"check_in_deadline"}
