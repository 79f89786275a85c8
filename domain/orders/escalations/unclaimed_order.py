"""The escalation of an unclaimed order: the customer may wait or cancel, and reads how such orders fare."""

from datetime import datetime

from domain.campuses.repository import find_campus_once
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderClosed
from domain.messaging.outbox_repository import notify
from domain.orders.escalations.claim_odds_repository import count_claim_odds
from domain.orders.notifications.customer import claim_odds_counted, order_unclaimed
from domain.orders.repository import lock_order
from domain.orders.states import Order, OrderStatus
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import DueTimer, has_timer_fired, set_timer

UNCLAIMED_STAGES = (TimerKind.NUDGE, TimerKind.ODDS)  # each has the window of the same name


async def plan_unclaimed_timers(work: UnitOfWork, order: Order, until: datetime) -> dict[TimerKind, datetime]:
    """Return when the stages are due of an order that runners see first now, without those after its deadline."""
    windows = (await find_campus_once(work, order.campus_id)).windows
    planned = {stage: work.now + windows.length(stage) for stage in UNCLAIMED_STAGES}
    return {stage: due for stage, due in planned.items() if due < until}


async def reset_unclaimed_timers(work: UnitOfWork, order: Order, until: datetime) -> None:
    """Set the NUDGE stage of a released order, unless it fired before: one nudge per order is enough.

    The ODDS stage is not set again, because its window counts from the first offer.
    """
    due = work.now + (await find_campus_once(work, order.campus_id)).windows.length(TimerKind.NUDGE)
    if due < until and not await has_timer_fired(work, order.id, TimerKind.NUDGE):
        await set_timer(work, order, TimerKind.NUDGE, due)


async def nudge_customer(work: UnitOfWork, due: DueTimer) -> None:
    """NUDGE: tell the customer that they may wait or cancel free of charge.

    Raise OrderClosed when the order was claimed or ended, or when the ODDS stage has said more already.
    """
    order = await _lock_unclaimed_order(work, due)
    if await has_timer_fired(work, order.id, TimerKind.ODDS):
        raise OrderClosed
    await notify(work, order_unclaimed(order, await find_campus_once(work, order.campus_id)))


async def tell_claim_odds(work: UnitOfWork, due: DueTimer) -> None:
    """ODDS: tell the customer how often orders that waited as long were claimed.

    It makes no sound, because nothing happened. Raise OrderClosed when the order was claimed or ended.
    """
    order = await _lock_unclaimed_order(work, due)
    campus = await find_campus_once(work, order.campus_id)
    odds = await count_claim_odds(work, campus)
    await notify(work, claim_odds_counted(order, campus, odds))


async def _lock_unclaimed_order(work: UnitOfWork, due: DueTimer) -> Order:
    order = await lock_order(work, due.campus_id, due.order_id)
    if order.status is not OrderStatus.CREATED:
        raise OrderClosed
    return order
