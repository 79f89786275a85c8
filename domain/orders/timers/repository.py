"""Timers in Postgres: set, stopped and resumed in the commit of the status that needs them, and logged."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    RowMapping,
    ScalarSelect,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    exists,
    func,
    insert,
    null,
    select,
    union_all,
    update,
)

from domain.campuses.repository import find_campus_once
from domain.database.actors import SYSTEM
from domain.database.event_log_repository import NewEvent, log_events
from domain.database.literal_status import literal_status
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import ORDER_CHANGED_SIGNAL, Order
from domain.orders.tables import orders, timer
from domain.orders.timers.model import TIMER_TRANSITIONS, TimerEvent, TimerKind, TimerStatus, check_in_due
from domain.saga.register import SagaRegister
from domain.saga.signal_repository import insert_signals_of_orders

_DUE_TIMER_FIELDS = ("id", "campus_id", "order_id", "due_at", "tries")


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTimer:
    """A timer that is due and was marked fired."""

    id: int
    campus_id: int
    order_id: int
    kind: TimerKind
    due_at: datetime
    tries: int  # earlier ones that could start nothing


def timer_due_at(order_id: ColumnElement[int], kind: TimerKind) -> ScalarSelect[datetime]:
    """Build the subquery for when this order's timer of the kind is due; NULL when none is set."""
    here = (timer.c.order_id == order_id, timer.c.kind == kind, timer.c.status == TimerStatus.SET)
    return select(timer.c.due_at).where(*here).scalar_subquery()


def is_timer_fired(order_id: ColumnElement[int], kind: ColumnElement[str] | TimerKind) -> ColumnElement[bool]:
    """Build the condition that a timer of this kind has fired for the order."""
    return exists().where(timer.c.order_id == order_id, timer.c.kind == kind, timer.c.status == TimerStatus.FIRED)


def select_due_timer() -> Select[int]:
    """Select the id of the timer that has been due for longest.

    It is sorted as its index is. Otherwise a plan might scan the whole table, expecting an early match.
    """
    is_set = timer.c.status == literal_status(TimerStatus.SET)
    return select(timer.c.id).where(is_set, timer.c.due_at <= func.now()).order_by(timer.c.due_at).limit(1)


def is_timer_ahead(order_id: int, kind: TimerKind) -> ColumnElement[bool]:
    """Build the condition that the order's timer of this kind is set, and not due yet."""
    return exists().where(
        timer.c.order_id == order_id,
        timer.c.kind == kind,
        timer.c.status == TimerStatus.SET,
        timer.c.due_at > func.now(),
    )


def is_last_check_in_unanswered(order_id: ColumnElement[int]) -> ScalarSelect[bool]:
    """Build the subquery for whether the last check-in of the order passed unanswered; NULL if there was none."""
    is_check_in = timer.c.kind.in_((TimerKind.RUNNER_CHECK_IN, TimerKind.CHECK_IN_DEADLINE))
    unanswered = and_(timer.c.kind == TimerKind.CHECK_IN_DEADLINE, timer.c.status == TimerStatus.FIRED)
    newest = select(unanswered).where(timer.c.order_id == order_id, is_check_in).order_by(timer.c.id.desc())
    return newest.limit(1).scalar_subquery()


_NUMBERS = bindparam("numbers", type_=ARRAY(BigInteger()))
_STOPPED = (
    update(timer)
    .where(timer.c.order_id == any_(_NUMBERS), timer.c.kind != TimerKind.EXPIRE, timer.c.status == TimerStatus.SET)
    .values(status=TimerStatus.STOPPED)
    .returning(timer.c.id, timer.c.kind, timer.c.order_id)
    .cte("stopped")
)
_SIGNALLED = insert_signals_of_orders(_NUMBERS, ORDER_CHANGED_SIGNAL).cte("signalled_saga")
_LEAVE_STATUS = union_all(
    select(cast(_STOPPED.c.id, Text).label("id"), _STOPPED.c.kind, _STOPPED.c.order_id),
    select(cast(_SIGNALLED.c.id, Text), null(), _SIGNALLED.c.order_id),
)
_SET = insert(timer).returning(timer, sort_by_parameter_order=True)
_LAST_CHECK_IN_UNANSWERED = select(is_last_check_in_unanswered(bindparam("number")))
_IS_TIMER_FIRED = select(is_timer_fired(bindparam("number"), bindparam("which")))


async def set_timer(work: UnitOfWork, order: Order, kind: TimerKind, due_at: datetime) -> None:
    """Insert a timer; at most one of a kind is set for an order."""
    await set_timers(work, order, {kind: due_at})


async def set_timers(work: UnitOfWork, order: Order, due_at: Mapping[TimerKind, datetime]) -> None:
    """Insert timers by their kinds, in one statement; at most one of a kind is set for an order."""
    rows = [
        {"campus_id": order.campus_id, "order_id": order.id, "kind": kind, "due_at": due}
        for kind, due in due_at.items()
    ]
    await _log(work, (await work.connection.execute(_SET, rows)).mappings().all(), "set", None)


async def stop_timer(work: UnitOfWork, order_id: int, kind: TimerKind) -> None:
    """Stop the order's timer of this kind; do nothing when none is set."""
    await _move_timers(work, TimerEvent.STOPPED, timer.c.order_id == order_id, timer.c.kind == kind)


async def stop_escalations(work: UnitOfWork, order_id: int) -> None:
    """Stop every escalation timer of the order, as `leave_former_status` does; do nothing when none is set.

    EXPIRE goes on: it belongs to the search for a runner, and is stopped on its own.
    """
    await _move_timers(work, TimerEvent.STOPPED, timer.c.order_id == order_id, timer.c.kind != TimerKind.EXPIRE)


async def leave_former_status(work: UnitOfWork, moved: Collection[Order]) -> None:
    """Do what follows from each move of orders, in one statement, and set the runner check-in of their new status.

    The escalations of the former status stop, and sagas that the move aborts are signalled. Every move calls this, so
    that none can forget it. Some stages do not exist for every order of a status (the nudges of an open order, the
    reminders on arrival). The use case that leads there sets them.
    """
    kinds = work.registers.get(SagaRegister).kinds_aborted_by(ORDER_CHANGED_SIGNAL)
    campus_ids = {order.id: order.campus_id for order in moved}
    left = await work.connection.execute(_LEAVE_STATUS, {"numbers": list(campus_ids), "kinds": sorted(kinds)})
    stopped: list[RowValues] = []
    for row in left.mappings():
        if row["kind"] is None:
            work.enqueue_after_commit("run_saga", row["id"], row["order_id"])
        else:
            stopped.append({**row, "campus_id": campus_ids[row["order_id"]], "status": TimerStatus.STOPPED})
    await _log(work, stopped, TimerEvent.STOPPED, TimerStatus.SET)
    for order in moved:
        await set_check_in_timer(work, order)


async def set_check_in_timer(work: UnitOfWork, order: Order) -> None:
    """Set the runner check-in, counted from now, where the status has a runner."""
    if order.runner_id is None:
        return
    due = check_in_due(order, (await find_campus_once(work, order.campus_id)).windows, work.now)
    if due is not None:
        await set_timer(work, order, TimerKind.RUNNER_CHECK_IN, due)


async def resume_timer(work: UnitOfWork, order_id: int, kind: TimerKind) -> None:
    """Set the newest timer of this kind again with its old time, if it was stopped. One in the past is due at once."""
    last = (
        select(timer.c.id)
        .where(timer.c.order_id == order_id, timer.c.kind == kind)
        .order_by(timer.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    await _move_timers(work, TimerEvent.RESUMED, timer.c.id == last)


async def has_timer_fired(work: UnitOfWork, order_id: int, kind: TimerKind) -> bool:
    """Return whether a timer of this kind has fired for the order."""
    fired: bool = (await work.connection.execute(_IS_TIMER_FIRED, {"number": order_id, "which": kind})).scalar_one()
    return fired


async def was_check_in_unanswered(work: UnitOfWork, order_id: int) -> bool:
    """Return whether the last check-in of the order passed unanswered; False if there was none."""
    return bool((await work.connection.execute(_LAST_CHECK_IN_UNANSWERED, {"number": order_id})).scalar_one())


async def find_last_check_in(work: UnitOfWork, order_id: int) -> datetime:
    """Return when the newest check-in of the order was set; the caller knows that there was one."""
    query = select(func.max(timer.c.set_at)).where(
        timer.c.order_id == order_id, timer.c.kind == TimerKind.RUNNER_CHECK_IN
    )
    found: datetime = (await work.connection.execute(query)).scalar_one()
    return found


async def fire_due_timers(
    work: UnitOfWork, limit: int, kinds: Collection[TimerKind] = tuple(TimerKind)
) -> Sequence[DueTimer]:
    """Mark up to `limit` due timers of these kinds fired, and return them with the latest first.

    What they start belongs in the same transaction. After an outage all stages of an escalation may be due: the last
    stage counts, and the earlier ones find that they are not wanted any more.
    """
    due = (  # locks the order before its timers, as everywhere; an order being moved now is skipped and comes again
        select(timer.c.id)
        .join(orders, orders.c.id == timer.c.order_id)
        .where(timer.c.status == TimerStatus.SET, timer.c.due_at <= work.now, timer.c.kind.in_(kinds))
        .order_by(timer.c.due_at)
        .limit(limit)
        .with_for_update(of=[orders, timer], key_share=True, skip_locked=True)
    )
    rows = await _move_timers(work, TimerEvent.FIRED, timer.c.id.in_(due))
    found = [DueTimer(kind=TimerKind(row["kind"]), **{name: row[name] for name in _DUE_TIMER_FIELDS}) for row in rows]
    return sorted(found, key=lambda each: each.due_at, reverse=True)


async def postpone_timer(work: UnitOfWork, due: DueTimer, pause: timedelta) -> None:
    """Set a timer that fired but could start nothing again, due after `pause`, and count the try."""
    await _move_timers(work, TimerEvent.PUT_OFF, timer.c.id == due.id, due_at=work.now + pause, tries=due.tries + 1)


async def put_off_timer(work: UnitOfWork, due: DueTimer, pause: timedelta) -> None:
    """Set a timer that fired too early for what it starts again, due after `pause`; it is no failed try."""
    await _move_timers(work, TimerEvent.PUT_OFF, timer.c.id == due.id, due_at=work.now + pause)


async def retry_timer(work: UnitOfWork, subject: str) -> None:
    """Make the timer of a dead letter due now, unless another of its kind is set for the order by now."""
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
    await _log(work, rows, happened, before)
    return rows


async def _log(work: UnitOfWork, rows: Sequence[RowValues], happened: str, before: TimerStatus | None) -> None:
    events = [
        NewEvent(
            campus_id=row["campus_id"],
            order_id=row["order_id"],
            subject="timer",
            subject_id=row["id"],
            happened=happened,
            before=before,
            after=row["status"],
            reason=row["kind"],
        )
        for row in rows
    ]
    await log_events(work, SYSTEM, events)
