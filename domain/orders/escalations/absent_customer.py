"""The escalation of a customer who does not come: a reminder, then the runner may leave the food with a photo.

The food may be left only when the reminder was sent to the customer. An admin decides about one who cannot be told.
"""

from typing import assert_never

from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus_once
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderClosed
from domain.messaging.notification.model import Notification, NotificationStatus
from domain.messaging.notification.repository import find_notification_status
from domain.messaging.outbox_repository import notify
from domain.orders.notifications.admins import customer_not_reached
from domain.orders.notifications.customer import food_may_be_left, runner_still_there
from domain.orders.notifications.runner import customer_not_reached_runner, leaving_allowed
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.repository import lock_order
from domain.orders.states import Order, OrderStatus
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import DueTimer, has_timer_fired, put_off_timer, set_timers
from domain.settings.timeouts import Timeout

SENDING_DELAY = Timeout.REMINDER_ON_ITS_WAY.delta


async def set_absent_customer_timers(work: UnitOfWork, arrived: Order) -> None:
    """Set the timers of both stages, in the transaction of the arrival. The end of the order stops them."""
    windows = (await find_campus_once(work, arrived.campus_id)).windows
    reminder, absent = work.now + windows.length("reminder"), work.now + windows.length("absent")
    await set_timers(work, arrived, {TimerKind.REMINDER: reminder, TimerKind.ABSENT: absent})


async def remind_absent_customer(work: UnitOfWork, due: DueTimer) -> None:
    """REMINDER: tell the customer again that the runner is there, with the PIN unless it is locked.

    Raise OrderClosed when nobody waits any more, or when the ABSENT stage has fired.
    """
    order, runner_id = await _lock_arrived_order(work, due)
    if await has_timer_fired(work, order.id, TimerKind.ABSENT):
        raise OrderClosed
    await notify(work, await _reminder(work, order, runner_id))


async def allow_leaving_food(work: UnitOfWork, due: DueTimer) -> None:
    """ABSENT: tell the runner that the food may be left with a photo, and tell the customer so.

    While the reminder has not reached the customer, put this stage off. Raise OrderClosed when nobody waits any more.
    """
    order, runner_id = await _lock_arrived_order(work, due)
    reminder = await _reminder(work, order, runner_id)
    match await find_notification_status(work, reminder.name):
        case NotificationStatus.SENT | NotificationStatus.OUTCOME_UNKNOWN:  # then the order message was sent anew
            await _allow(work, order)
        case NotificationStatus.DUE | NotificationStatus.SENDING:
            await put_off_timer(work, due, SENDING_DELAY)
            await refresh_order_messages(work, order, group=False)
        case None:  # no worker was there when the reminder was due
            await notify(work, reminder)
            await _put_off(work, order, due)
        case NotificationStatus.DROPPED:
            await notify(work, customer_not_reached(order))
            await notify(work, customer_not_reached_runner(order))
            await _put_off(work, order, due)
        case other:
            assert_never(other)


async def _put_off(work: UnitOfWork, order: Order, due: DueTimer) -> None:
    """Fire ABSENT again as long after now as it comes after the reminder."""
    windows = (await find_campus_once(work, order.campus_id)).windows
    await put_off_timer(work, due, max(windows.length("absent") - windows.length("reminder"), SENDING_DELAY))
    await refresh_order_messages(work, order, group=False)


async def _allow(work: UnitOfWork, order: Order) -> None:
    await refresh_order_messages(work, order, group=False)
    await notify(work, food_may_be_left(order))
    await notify(work, leaving_allowed(order))


async def _reminder(work: UnitOfWork, order: Order, runner_id: int) -> Notification:
    runner = await find_member(work, order.campus_id, runner_id)
    return runner_still_there(order, runner.first_name)


async def _lock_arrived_order(work: UnitOfWork, due: DueTimer) -> tuple[Order, int]:
    order = await lock_order(work, due.campus_id, due.order_id)
    if order.status is not OrderStatus.ARRIVED or order.runner_id is None:
        raise OrderClosed
    return order, order.runner_id
