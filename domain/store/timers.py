"""Deadlines in Postgres: set, stopped and resumed in the commit of the state that needs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from domain.order import Order
from domain.store.schema import timer
from domain.store.unit_of_work import UnitOfWork
from domain.timers import TimerKind, TimerStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTimer:
    """A timer whose moment has come."""

    id: int
    campus_id: int
    order_id: int
    kind: TimerKind


async def set_timer(work: UnitOfWork, order: Order, kind: TimerKind, due_at: datetime) -> None:
    """A new deadline; at most one of a kind is set for an order."""
    values = {"campus_id": order.campus_id, "order_id": order.id, "kind": kind, "due_at": due_at}
    await work.connection.execute(insert(timer).values(values))


async def stop_timer(work: UnitOfWork, order_id: int, kind: TimerKind) -> None:
    """The deadline counts no more; harmless when none is set."""
    statement = update(timer).where(timer.c.order_id == order_id, timer.c.kind == kind)
    await work.connection.execute(statement.where(timer.c.status == TimerStatus.SET).values(status=TimerStatus.STOPPED))


async def resume_timer(work: UnitOfWork, order_id: int, kind: TimerKind) -> None:
    """The deadline stopped last counts again as it was; when it has passed, it is due at once."""
    last = (
        select(timer.c.id)
        .where(timer.c.order_id == order_id, timer.c.kind == kind)
        .order_by(timer.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = update(timer).where(timer.c.id == last, timer.c.status == TimerStatus.STOPPED)
    await work.connection.execute(statement.values(status=TimerStatus.SET))


async def due_at(work: UnitOfWork, order_id: int, kind: TimerKind) -> datetime | None:
    """When the set deadline ends, if one is set."""
    query = select(timer.c.due_at).where(
        timer.c.order_id == order_id, timer.c.kind == kind, timer.c.status == TimerStatus.SET
    )
    return (await work.connection.execute(query)).scalar_one_or_none()


async def fire_due(work: UnitOfWork, most: int) -> Sequence[DueTimer]:
    """Mark up to `most` due timers fired and return them; what they start belongs in the same transaction."""
    due = (
        select(timer.c.id)
        .where(timer.c.status == TimerStatus.SET, timer.c.due_at <= work.now)
        .order_by(timer.c.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    statement = update(timer).where(timer.c.id.in_(due)).values(status=TimerStatus.FIRED).returning(timer)
    return [
        DueTimer(id=row["id"], campus_id=row["campus_id"], order_id=row["order_id"], kind=TimerKind(row["kind"]))
        for row in (await work.connection.execute(statement)).mappings()
    ]
