"""Nobody has taken an order yet: its customer may wait or cancel, and is told how such orders fare."""

from datetime import datetime

from domain.buttons import ButtonStyle, Tap, pack
from domain.campus import Campus
from domain.errors import OrderClosed
from domain.money import format_money
from domain.order import Order, OrderStatus
from domain.price_increase import can_increase_fee, fee_increase_step
from domain.store.campus_repository import find_campus
from domain.store.escalations.claim_odds import count_claim_odds
from domain.store.order_repository import lock_order
from domain.store.outbox import tell
from domain.store.timer_repository import DueTimer, has_timer_fired, set_timer
from domain.store.unit_of_work import UnitOfWork
from domain.timers import TimerKind

UNCLAIMED_STAGES = (TimerKind.NUDGE, TimerKind.ODDS)  # each has the window of its name


async def set_unclaimed_timers(work: UnitOfWork, order: Order, until: datetime) -> None:
    """The rungs of a job that runners see for the first time; those past its deadline are left out."""
    windows = (await find_campus(work, order.campus_id)).windows
    for stage in UNCLAIMED_STAGES:
        due = work.now + windows.length(stage)
        if due < until:
            await set_timer(work, order, stage, due)


async def reset_unclaimed_timers(work: UnitOfWork, order: Order, until: datetime) -> None:
    """The same for a job given back. One nudge an order is enough, and how such orders fare counts from the first."""
    due = work.now + (await find_campus(work, order.campus_id)).windows.length(TimerKind.NUDGE)
    if due < until and not await has_timer_fired(work, order.id, TimerKind.NUDGE):
        await set_timer(work, order, TimerKind.NUDGE, due)


async def nudge_customer(work: UnitOfWork, due: DueTimer) -> None:
    """NUDGE: nobody yet; she may wait or cancel free. Not wanted when she was told more already."""
    order = await _lock_unclaimed_order(work, due)
    if await has_timer_fired(work, order.id, TimerKind.ODDS):
        raise OrderClosed
    campus = await find_campus(work, order.campus_id)
    await tell(
        work,
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=f"nudge:{order.id}",
        key="notification-nudge",
        order_id=order.id,
        buttons=_unclaimed_buttons(order, campus),
        args={"order": order.id, **_fee_step_args(campus)},
    )


async def tell_claim_odds(work: UnitOfWork, due: DueTimer) -> None:
    """ODDS: what became of orders that waited as long as this one; without a sound, for it is nothing new."""
    order = await _lock_unclaimed_order(work, due)
    campus = await find_campus(work, order.campus_id)
    odds = await count_claim_odds(work, campus)
    key, words = odds.sentence
    await tell(
        work,
        campus_id=order.campus_id,
        chat_id=order.customer_id,
        name=f"odds:{order.id}",
        key=key,
        order_id=order.id,
        buttons=_unclaimed_buttons(order, campus),
        args={"order": order.id, "minutes": max(1, round(campus.windows.odds / 60)), **_fee_step_args(campus), **words},
        silent=True,
    )


async def _lock_unclaimed_order(work: UnitOfWork, due: DueTimer) -> Order:
    order = await lock_order(work, due.campus_id, due.order_id)
    if order.status is not OrderStatus.CREATED:
        raise OrderClosed
    return order


def _fee_step_args(campus: Campus) -> dict[str, str]:
    return {"step": format_money(fee_increase_step(campus), campus.currency)}


def _unclaimed_buttons(order: Order, campus: Campus) -> list[dict[str, str]]:
    more = {"key": "button-increase-fee", "data": pack(Tap.INCREASE_FEE, order.id, order.version)}
    return [
        {"key": "button-wait", "data": pack(Tap.KEEP_WAITING, order.id, order.version)},
        *([more] if can_increase_fee(order, campus) else []),
        {"key": "button-cancel-free", "data": pack(Tap.CANCEL, order.id, order.version), "style": ButtonStyle.DANGER},
    ]
