"""Questions that other rooms and workers ask about sagas: which exist, which are at work, and which are due."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, select

from domain.database.unit_of_work import UnitOfWork
from domain.saga.definition import FINAL_STATUSES, SagaStatus
from domain.saga.repository import is_saga_due
from domain.saga.tables import saga, saga_signal

CAMPUS_SAGAS_LOCK = 7_260_120  # a Postgres advisory lock of two numbers: this one and that of the campus
OPEN_STATUSES = (SagaStatus.RUNNING, SagaStatus.COMPENSATING, SagaStatus.STUCK)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSaga:
    """A saga as its row has it, for those who only read it."""

    id: UUID
    status: SagaStatus
    order_id: int | None
    person_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedSaga:
    """A saga that is not over, for those who ask what it may still do."""

    kind: str
    data: Mapping[str, Any]  # as stored
    has_call: bool  # it stands between a call to Stripe and the commit of its result


async def find_saga(work: UnitOfWork, saga_id: UUID) -> StoredSaga | None:
    """Return the saga with this id, in any status."""
    query = select(saga.c.id, saga.c.status, saga.c.order_id, saga.c.person_id).where(saga.c.id == saga_id)
    row = (await work.connection.execute(query)).one_or_none()
    if row is None:
        return None
    return StoredSaga(id=row.id, status=SagaStatus(row.status), order_id=row.order_id, person_id=row.person_id)


async def is_saga_name_used(work: UnitOfWork, name: str) -> bool:
    """Return whether a saga of this name was ever started."""
    query = select(saga.c.id).where(saga.c.name == name)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


async def is_saga_at_work(work: UnitOfWork, order_id: int) -> bool:
    """Return whether a saga is in flight for this order."""
    query = select(saga.c.id).where(saga.c.order_id == order_id, saga.c.wake_at.is_not(None)).limit(1)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


async def lock_campus_sagas(work: UnitOfWork, campus_id: int) -> None:
    """Let one transaction at a time start a saga of which a campus has one at most."""
    await work.connection.execute(select(func.pg_advisory_xact_lock(CAMPUS_SAGAS_LOCK, campus_id)))


async def is_campus_saga_at_work(work: UnitOfWork, campus_id: int, kind: str) -> bool:
    """Return whether a saga of this kind is in flight for the campus."""
    query = select(saga.c.id).where(saga.c.campus_id == campus_id, saga.c.kind == kind, saga.c.wake_at.is_not(None))
    return (await work.connection.execute(query.limit(1))).scalar_one_or_none() is not None


async def has_any_unfinished_saga(work: UnitOfWork, order_id: int) -> bool:
    """Return whether a saga is in flight for this order, or stuck."""
    query = select(saga.c.id).where(saga.c.order_id == order_id, saga.c.status.not_in(FINAL_STATUSES)).limit(1)
    return (await work.connection.execute(query)).scalar_one_or_none() is not None


async def list_unfinished_sagas(work: UnitOfWork, order_id: int) -> list[UnfinishedSaga]:
    """Return the sagas that are in flight for this order, or stuck."""
    has_call = func.coalesce(func.jsonb_typeof(saga.c.call), "") == "object"
    query = select(saga.c.kind, saga.c.data, has_call.label("has_call"))
    here = query.where(saga.c.order_id == order_id, saga.c.status.not_in(FINAL_STATUSES))
    return [UnfinishedSaga(**row) for row in (await work.connection.execute(here)).mappings()]


async def count_sagas_of_order(work: UnitOfWork, order_id: int, kind: str) -> int:
    """Count the sagas of this kind for the order, in any status."""
    query = select(func.count()).where(saga.c.order_id == order_id, saga.c.kind == kind)
    return int((await work.connection.execute(query)).scalar_one())


async def has_unfinished_saga(work: UnitOfWork, order_id: int, kind: str) -> bool:
    """Return whether a saga of this kind is in flight for the order, or stuck."""
    query = select(func.count()).where(
        saga.c.order_id == order_id, saga.c.kind == kind, saga.c.status.not_in(FINAL_STATUSES)
    )
    return bool((await work.connection.execute(query)).scalar_one())


async def is_call_in_flight(work: UnitOfWork, but: Collection[str]) -> bool:
    """Return whether any saga, but for these kinds, stands between a call to Stripe and the commit of its result."""
    query = select(saga.c.id).where(saga.c.wake_at.is_not(None), func.jsonb_typeof(saga.c.call) == "object")
    moving = query.where(saga.c.kind.not_in(but)).limit(1)
    return (await work.connection.execute(moving)).scalar_one_or_none() is not None


def has_saga_at_work(order_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Build the condition that a saga is in flight for the order."""
    return exists().where(saga.c.order_id == order_id, saga.c.wake_at.is_not(None))


def has_open_saga(order_id: ColumnElement[int], kind: str) -> ColumnElement[bool]:
    """Build the condition that a saga of this kind is in flight for the order, or stuck."""
    return exists().where(saga.c.order_id == order_id, saga.c.kind == kind, saga.c.status.in_(OPEN_STATUSES))


def select_due_sagas(limit: ColumnElement[int]) -> Select[Any]:
    """Select id and wake_at of sagas whose time has come, most overdue first."""
    return select(saga.c.id, saga.c.wake_at).where(saga.c.wake_at <= func.now()).order_by(saga.c.wake_at).limit(limit)


def select_signalled_sagas(limit: ColumnElement[int]) -> Select[Any]:
    """Select the id of sagas that are asleep with an unseen signal, and the present time as their wake_at."""
    return (
        select(saga.c.id, func.now())
        .join(saga_signal, saga_signal.c.saga_id == saga.c.id)
        .where(~saga_signal.c.seen, saga.c.wake_at.is_not(None), saga.c.worker.is_(None))
        .limit(limit)
    )


def select_due_sagas_of_order(order_id: ColumnElement[int]) -> Select[Any]:
    """Select the ids, as text, of the due sagas of an order."""
    return select(cast(saga.c.id, String)).where(saga.c.order_id == order_id, is_saga_due())
