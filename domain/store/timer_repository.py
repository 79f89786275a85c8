"""Deadlines in Postgres: set, stopped and resumed in the commit of the state that needs them, each move logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, RowMapping, ScalarSelect, bindparam, exists, insert, select, update

from domain.order import Order
from domain.store.campus_repository import find_campus
from domain.store.event_log import SYSTEM, log_event
from domain.store.schema import orders, timer
from domain.store.unit_of_work import UnitOfWork
from domain.timers import CHECK_IN_WINDOWS, TIMER_TRANSITIONS, TimerEvent, TimerKind, TimerStatus

_DUE_TIMER_FIELDS = ("id", "campus_id", "order_id", "due_at", "tries")


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTimer:
    """A timer whose moment has come."""

    id: int
    campus_id: int
    order_id: int
    kind: TimerKind
    due_at: datetime
    tries: int  # that started nothing, before this one


def timer_due_at(order_id: ColumnElement[int], kind: TimerKind) -> ScalarSelect[datetime]:
    """In a statement: when the set deadline of this order ends; NULL when none is set."""
    here = (timer.c.order_id == order_id, timer.c.kind == kind, timer.c.status == TimerStatus.SET)
    return select(timer.c.due_at).where(*here).scalar_subquery()


def is_timer_fired(order_id: ColumnElement[int], kind: ColumnElement[str] | TimerKind) -> ColumnElement[bool]:
    """In a statement: whether such a deadline of this order has passed."""
    return exists().where(timer.c.order_id == order_id, timer.c.kind == kind, timer.c.status == TimerStatus.FIRED)


_IS_TIMER_FIRED = select(is_timer_fired(bindparam("number"), bindparam("which")))


async def set_timer(work: UnitOfWork, order: Order, kind: TimerKind, due_at: datetime) -> None:
    """A new deadline; at most one of a kind is set for an order."""
    values = {"campus_id": order.campus_id, "order_id": order.id, "kind": kind, "due_at": due_at}
    row = (await work.connection.execute(insert(timer).values(values).returning(timer))).mappings().one()
    await _log(work, row, "set", None)


async def stop_timer(work: UnitOfWork, order_id: int, kind: TimerKind) -> None:
    """The deadline counts no more; harmless when none is set."""
    await _move_timers(work, TimerEvent.STOPPED, timer.c.order_id == order_id, timer.c.kind == kind)


async def stop_escalations(work: UnitOfWork, order_id: int) -> None:
    """No rung of any ladder counts any more; every move of an order does this. Harmless when none is set.

    EXPIRE is left alone: it belongs to the search for a runner, and has its own stops.
    """
    await _move_timers(work, TimerEvent.STOPPED, timer.c.order_id == order_id, timer.c.kind != TimerKind.EXPIRE)


async def reset_escalations(work: UnitOfWork, order: Order) -> None:
    """The ladders of the state an order just left end with it; a runner who holds it may be silent for so long now.

    Called by every move of an order, so that no way into a state can forget it. Rungs that not every order of a state
    has (the nudges of an open job, the reminders at the door) are set by the use case that leads there.
    """
    await stop_escalations(work, order.id)
    await set_check_in_timer(work, order)


async def set_check_in_timer(work: UnitOfWork, order: Order) -> None:
    """From now on the runner's silence counts, where there is a runner."""
    window = CHECK_IN_WINDOWS.get(order.status)
    if window is not None:
        campus = await find_campus(work, order.campus_id)
        await set_timer(work, order, TimerKind.RUNNER_CHECK_IN, work.now + campus.windows.length(window))


async def resume_timer(work: UnitOfWork, order_id: int, kind: TimerKind) -> None:
    """The deadline stopped last counts again as it was; when it has passed, it is due at once."""
    last = (
        select(timer.c.id)
        .where(timer.c.order_id == order_id, timer.c.kind == kind)
        .order_by(timer.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    await _move_timers(work, TimerEvent.RESUMED, timer.c.id == last)


async def has_timer_fired(work: UnitOfWork, order_id: int, kind: TimerKind) -> bool:
    """Whether such a deadline of the order has passed."""
    fired: bool = (await work.connection.execute(_IS_TIMER_FIRED, {"number": order_id, "which": kind})).scalar_one()
    return fired


async def fire_due_timers(work: UnitOfWork, limit: int) -> Sequence[DueTimer]:
    """Mark up to `most` due timers fired and return them, the latest of each order first.

    What they start belongs in the same transaction. After an outage a whole ladder may be due: its last rung counts,
    and the earlier ones find that they are not wanted any more.
    """
    due = (  # the order is locked before its timers, as everybody does; one that is being moved just now comes again
        select(timer.c.id)
        .join(orders, orders.c.id == timer.c.order_id)
        .where(timer.c.status == TimerStatus.SET, timer.c.due_at <= work.now)
        .order_by(timer.c.due_at)
        .limit(limit)
        .with_for_update(of=[orders, timer], key_share=True, skip_locked=True)
    )
    rows = await _move_timers(work, TimerEvent.FIRED, timer.c.id.in_(due))
    found = [DueTimer(kind=TimerKind(row["kind"]), **{name: row[name] for name in _DUE_TIMER_FIELDS}) for row in rows]
    return sorted(found, key=lambda each: each.due_at, reverse=True)


async def postpone_timer(work: UnitOfWork, due: DueTimer, pause: timedelta) -> None:
    """A timer that fired but could start nothing is set again, a little later."""
    await _move_timers(work, TimerEvent.PUT_OFF, timer.c.id == due.id, due_at=work.now + pause, tries=due.tries + 1)


async def retry_timer(work: UnitOfWork, subject: str) -> None:
    """A parked timer is due now; where another of its kind is set for the order by now, that one counts."""
    other = timer.alias("other")
    same = (other.c.order_id == timer.c.order_id, other.c.kind == timer.c.kind, other.c.status == TimerStatus.SET)
    alone = ~select(other.c.id).where(*same).exists()
    await _move_timers(work, TimerEvent.PUT_OFF, timer.c.id == int(subject), alone, due_at=work.now, tries=0)


async def _move_timers(
    work: UnitOfWork, happened: TimerEvent, *which: ColumnElement[bool], **changes: datetime | int
) -> Sequence[RowMapping]:
    ((before, after),) = [(before, to) for (before, event), to in TIMER_TRANSITIONS.items() if event is happened]
    statement = update(timer).where(*which, timer.c.status == before).values(status=after, **changes).returning(timer)
    rows: Sequence[RowMapping] = (await work.connection.execute(statement)).mappings().all()
    for row in rows:
        await _log(work, row, happened, before)
    return rows


async def _log(work: UnitOfWork, row: RowMapping, happened: str, before: TimerStatus | None) -> None:
    await log_event(
        work,
        SYSTEM,
        campus_id=row["campus_id"],
        order_id=row["order_id"],
        subject="timer",
        subject_id=row["id"],
        happened=happened,
        before=before,
        after=row["status"],
        reason=row["kind"],
    )
