"""The escalation of a customer who does not come: a reminder, then the runner may leave the food with a photo."""

from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderClosed
from domain.messaging.outbox_repository import notify
from domain.orders.notifications.customer import food_may_be_left, runner_still_there
from domain.orders.notifications.runner import leaving_allowed
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.repository import lock_order
from domain.orders.states import MAX_PIN_TRIES, Order, OrderStatus
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import DueTimer, has_timer_fired, set_timer


async def set_absent_customer_timers(work: UnitOfWork, arrived: Order) -> None:
    """Set the timers of both stages, in the transaction of the arrival. The end of the order stops them."""
    windows = (await find_campus(work, arrived.campus_id)).windows
    await set_timer(work, arrived, TimerKind.REMINDER, work.now + windows.length("reminder"))
    await set_timer(work, arrived, TimerKind.ABSENT, work.now + windows.length("absent"))


async def remind_absent_customer(work: UnitOfWork, due: DueTimer) -> None:
    """REMINDER: send the customer the PIN again.

    Raise OrderClosed when nobody waits any more, when the PIN is locked, or when the ABSENT stage has fired.
    """
    order, runner_id = await _lock_arrived_order(work, due)
    if order.pin_tries >= MAX_PIN_TRIES or await has_timer_fired(work, order.id, TimerKind.ABSENT):
        raise OrderClosed
    runner = await find_member(work, due.campus_id, runner_id)
    await notify(work, runner_still_there(order, runner.first_name))


async def allow_leaving_food(work: UnitOfWork, due: DueTimer) -> None:
    """ABSENT: tell the runner that the food may be left with a photo, and tell the customer so.

    Raise OrderClosed when nobody waits any more.
    """
    order, _ = await _lock_arrived_order(work, due)
    await refresh_order_messages(work, order, group=False)
    await notify(work, food_may_be_left(order))
    await notify(work, leaving_allowed(order))


async def _lock_arrived_order(work: UnitOfWork, due: DueTimer) -> tuple[Order, int]:
    order = await lock_order(work, due.campus_id, due.order_id)
    if order.status is not OrderStatus.ARRIVED or order.runner_id is None:
        raise OrderClosed
    return order, order.runner_id
