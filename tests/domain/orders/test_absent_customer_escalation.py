"""The escalation of an absent customer: a reminder, then leaving the food; the PIN counts at any time."""

import asyncio

import pytest

from domain.campuses.people import Member
from domain.errors import LeavingTooEarly, OrderClosed
from domain.orders.states import Order, OrderStatus
from domain.orders.timers.model import TimerKind
from domain.orders.use_cases import photos
from domain.support.use_cases import relay
from tests.scenarios.escalation_timers import fire_timers_of, make_timers_due, minutes_until, timer_kinds
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
    return await stack.act(photos.leave_food_with_photo, runner, order.id, "a photo")


async def test_an_absent_customer_is_reminded_then_the_food_may_be_left_and_everybody_is_paid(
    stack: WorkerStack,
) -> None:
    runner, order = await arrived_order(stack)
    assert 1.9 < await minutes_until(stack, order, REMINDER) <= 2
    assert 4.9 < await minutes_until(stack, order, ABSENT) <= 5
    await fire_timers_of(stack, order, REMINDER)
    with pytest.raises(LeavingTooEarly):
        await leave_food(stack, runner, order)
    await fire_timers_of(stack, order, ABSENT)
    await leave_food(stack, runner, order)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    told = [
        "notification-claimed",
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


async def test_after_an_outage_only_the_last_stage_is_told(stack: WorkerStack) -> None:
    _, order = await arrived_order(stack)
    await fire_timers_of(stack, order, REMINDER, ABSENT)
    assert (await stack.notification_keys(order, order.customer_id))[-2:] == [
        "notification-arrived",
        "notification-absent",
    ]


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
        await fire_timers_of(stack, order, ABSENT)
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
