"""Nobody has taken an order yet: its customer may wait or cancel, and is told how such orders fare."""

from datetime import datetime

from domain.buttons import Style, Tap, pack
from domain.campus import Campus
from domain.errors import OrderClosed
from domain.money import spell
from domain.order import Order, OrderStatus
from domain.raising import may_raise, raise_step
from domain.store.campuses import find_campus
from domain.store.ladders.odds import count_odds
from domain.store.messages import tell
from domain.store.orders import lock_order
from domain.store.timers import DueTimer, has_fired, set_timer
from domain.store.unit_of_work import UnitOfWork
from domain.timers import TimerKind

RUNGS = (TimerKind.NUDGE, TimerKind.ODDS)  # each has the window of its name


async def begin_waiting(work: UnitOfWork, order: Order, until: datetime) -> None:
    """The rungs of a job that runners see for the first time; those past its deadline are left out."""
    windows = (await find_campus(work, order.campus_id)).windows
    for rung in RUNGS:
        due = work.now + windows.length(rung)
        if due < until:
            await set_timer(work, order, rung, due)


async def wait_again(work: UnitOfWork, order: Order, until: datetime) -> None:
    """The same for a job given back. One nudge an order is enough, and how such orders fare counts from the first."""
    due = work.now + (await find_campus(work, order.campus_id)).windows.length(TimerKind.NUDGE)
    if due < until and not await has_fired(work, order.id, TimerKind.NUDGE):
        await set_timer(work, order, TimerKind.NUDGE, due)


async def nudge(work: UnitOfWork, due: DueTimer) -> None:
    """NUDGE: nobody yet; she may wait or cancel free. Not wanted when she was told more already."""
    order = await _unclaimed(work, due)
    if await has_fired(work, order.id, TimerKind.ODDS):
        raise OrderClosed
    campus = await find_campus(work, order.campus_id)
    await tell(
        work,
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=f"nudge:{order.id}",
        key="push-nudge",
        order_id=order.id,
        buttons=_ways_out(order, campus),
        words={"order": order.id, **_step(campus)},
    )


async def tell_odds(work: UnitOfWork, due: DueTimer) -> None:
    """ODDS: what became of orders that waited as long as this one; without a sound, for it is nothing new."""
    order = await _unclaimed(work, due)
    campus = await find_campus(work, order.campus_id)
    odds = await count_odds(work, campus)
    key, words = odds.sentence
    await tell(
        work,
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=f"odds:{order.id}",
        key=key,
        order_id=order.id,
        buttons=_ways_out(order, campus),
        words={"order": order.id, "minutes": max(1, round(campus.windows.odds / 60)), **_step(campus), **words},
        silent=True,
    )


async def _unclaimed(work: UnitOfWork, due: DueTimer) -> Order:
    order = await lock_order(work, due.campus_id, due.order_id)
    if order.status is not OrderStatus.CREATED:
        raise OrderClosed
    return order


def _step(campus: Campus) -> dict[str, str]:
    return {"step": spell(raise_step(campus), campus.currency)}


def _ways_out(order: Order, campus: Campus) -> list[dict[str, str]]:
    more = {"key": "button-raise-fee", "data": pack(Tap.RAISE, order.id, order.version)}
    return [
        {"key": "button-wait", "data": pack(Tap.WAIT, order.id, order.version)},
        *([more] if may_raise(order, campus) else []),
        {"key": "button-cancel-free", "data": pack(Tap.CANCEL, order.id, order.version), "style": Style.DANGER},
    ]
