"""The escalation of a silent runner: a check-in, then a release, or after the purchase a word to the admins."""

from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus_once
from domain.database.actors import Role
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderClosed
from domain.messaging.notification.repository import find_notification_status
from domain.messaging.outbox_repository import notify
from domain.orders.notifications.admins import delivery_late, runner_silent
from domain.orders.notifications.runner import check_in_asked, claim_ending
from domain.orders.order_message_requests import refresh_order_messages
from domain.orders.repository import lock_order
from domain.orders.sagas.release_order import CLAIM_ENDED, SILENCE, build_release_start
from domain.orders.states import BOUGHT_STATUSES, STATUSES_WITH_RUNNER, Order, OrderEvent, is_event_allowed
from domain.orders.timers.model import TimerKind, claim_ends_at
from domain.orders.timers.repository import (
    DueTimer,
    find_last_check_in,
    set_check_in_timer,
    set_timer,
    stop_timer,
    was_check_in_unanswered,
)
from domain.saga.run import SagaStart


async def ask_runner_check_in(work: UnitOfWork, due: DueTimer) -> None:
    """RUNNER_CHECK_IN: ask the runner, who has the window `check_in_answer` to answer.

    At the end of the window `purchase` it is the last question: only the purchase answers it. After the window
    `delivery` the admins are told, once. Raise OrderClosed when no runner holds the order any more.
    """
    order, runner_id = await _lock_held_order(work, due)
    windows = (await find_campus_once(work, order.campus_id)).windows
    claim_ends = claim_ends_at(order, windows)
    if claim_ends is not None and work.now >= claim_ends - windows.length("check_in_answer"):
        await notify(work, claim_ending(order, windows))
    else:
        await notify(work, check_in_asked(order, windows, due.id))
    if order.bought_at is not None and work.now >= order.bought_at + windows.length("delivery"):
        runner, customer = [await find_member(work, order.campus_id, each) for each in (runner_id, order.customer_id)]
        await notify(work, delivery_late(order, runner, customer, order.bought_at, work.now))
    await set_timer(work, order, TimerKind.CHECK_IN_DEADLINE, work.now + windows.length("check_in_answer"))


async def escalate_silent_runner(work: UnitOfWork, due: DueTimer) -> SagaStart | None:
    """CHECK_IN_DEADLINE: release the order before the purchase; after it, notify the admins.

    Raise OrderClosed when no runner holds the order any more.
    """
    order, runner_id = await _lock_held_order(work, due)
    if is_event_allowed(order.status, OrderEvent.RELEASED):
        reason = CLAIM_ENDED if await was_asked_last(work, order) else SILENCE
        return build_release_start(order, reason=reason, role=Role.SYSTEM)
    await _tell_admins(work, order, runner_id)
    await refresh_order_messages(work, order, group=False)
    return None


async def record_runner_check_in(work: UnitOfWork, order: Order) -> None:
    """Record that the runner of this locked order is active, and start the time until the next check-in again.

    After the last question before the purchase it changes nothing.
    """
    if await was_asked_last(work, order):
        return
    silent = await is_runner_silent(work, order)
    for kind in (TimerKind.RUNNER_CHECK_IN, TimerKind.CHECK_IN_DEADLINE):
        await stop_timer(work, order.id, kind)
    await set_check_in_timer(work, order)
    if silent:  # the customer's order message says so
        await refresh_order_messages(work, order, group=False)


async def was_asked_last(work: UnitOfWork, order: Order) -> bool:
    """Return whether the runner of a claimed order was told that only the purchase keeps it with them."""
    if not is_event_allowed(order.status, OrderEvent.RELEASED):
        return False
    windows = (await find_campus_once(work, order.campus_id)).windows
    return await find_notification_status(work, claim_ending(order, windows).name) is not None


async def is_runner_silent(work: UnitOfWork, order: Order) -> bool:
    """Return whether the runner of a bought order was asked, did not answer, and has done nothing since."""
    return is_runner_silent_given(order, no_answer=await was_check_in_unanswered(work, order.id))


def is_runner_silent_given(order: Order, *, no_answer: bool) -> bool:
    """Return the same as is_runner_silent. `no_answer` is the result of was_check_in_unanswered."""
    return no_answer and order.status in BOUGHT_STATUSES


async def _tell_admins(work: UnitOfWork, order: Order, runner_id: int) -> None:
    since = await find_last_check_in(work, order.id)
    runner, customer = [await find_member(work, order.campus_id, each) for each in (runner_id, order.customer_id)]
    await notify(work, runner_silent(order, runner, customer, since, work.now))


async def _lock_held_order(work: UnitOfWork, due: DueTimer) -> tuple[Order, int]:
    order = await lock_order(work, due.campus_id, due.order_id)
    if order.runner_id is None or order.status not in STATUSES_WITH_RUNNER:
        raise OrderClosed
    return order, order.runner_id
