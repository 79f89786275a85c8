"""Saga rows in Postgres: claimed with a lease, written only under their fence, woken by bell, sweep or signal."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Interval,
    RowMapping,
    and_,
    bindparam,
    case,
    exists,
    func,
    null,
    or_,
    select,
    update,
)

from domain.errors import OrderNotFound
from domain.saga import Progress, SagaStatus
from domain.store.saga_run import SagaRun
from domain.store.schema import saga, saga_signal
from domain.store.unit_of_work import UnitOfWork

LEASE_TTL = timedelta(seconds=3)  # a killed worker's sagas move again after this


def _has_unseen_signal() -> ColumnElement[bool]:
    return exists().where(saga_signal.c.saga_id == saga.c.id, ~saga_signal.c.seen)


def is_saga_due() -> ColumnElement[bool]:
    """Its moment has come, or it rests and a signal waits."""
    alive = saga.c.wake_at.is_not(None)
    return and_(alive, or_(saga.c.wake_at <= func.now(), and_(saga.c.worker.is_(None), _has_unseen_signal())))


_THIS = saga.c.id == bindparam("this")
_TAKE_LEASE = (
    update(saga)
    .where(_THIS)
    .values(worker=bindparam("by"), fence=saga.c.fence + 1, wake_at=func.now() + LEASE_TTL)
    .returning(saga)
)
_LEASE_DUE = _TAKE_LEASE.where(is_saga_due())
_FENCED = or_(is_saga_due(), and_(saga.c.wake_at.is_not(None), saga.c.worker == bindparam("by")))
_LEASE_DUE_OR_OWN = _TAKE_LEASE.where(_FENCED, saga.c.fence == bindparam("fenced"))
_LOCK = select(saga.c.id).where(_THIS, saga.c.fence == bindparam("fenced")).with_for_update(key_share=True)
_WRITE = (
    update(saga)
    .where(_THIS)
    .values(
        fence=saga.c.fence + 1,
        worker=case((bindparam("keeps", type_=Boolean()), saga.c.worker), else_=null()),
        wake_at=func.now() + bindparam("sleeps", type_=Interval()),  # NULL for one that nobody need wake
        ended_at=case((bindparam("ends", type_=Boolean()), func.now()), else_=null()),
    )
)
_SIGNALS = select(saga_signal.c.name).where(saga_signal.c.saga_id == bindparam("this"))
_MARK_SEEN = (
    update(saga_signal)
    .where(
        saga_signal.c.saga_id == bindparam("this"),
        saga_signal.c.name.in_(bindparam("read", expanding=True)),
        ~saga_signal.c.seen,
    )
    .values(seen=True)
)


async def lease_saga(work: UnitOfWork, saga_id: UUID, worker: str, *, fence: int | None = None) -> SagaRun | None:
    """Take the lease of a due saga; None when another has it.

    With a `fence` also of one this worker has, but only while nobody has written the row since that fence.
    """
    claim, known = (_LEASE_DUE, {}) if fence is None else (_LEASE_DUE_OR_OWN, {"fenced": fence})
    found = await work.connection.execute(claim, {"this": saga_id, "by": worker, **known})
    row = found.mappings().one_or_none()
    return None if row is None else await _run_from_row(work, row)


async def renew_leases(work: UnitOfWork, worker: str, running: Collection[UUID]) -> None:
    """Keep the leases of everything this worker runs, in one statement.

    A row that is being written is left out: its writer sets the lease, and one commit that hangs must not keep the
    other sagas' leases, and the timers behind this round, waiting.
    """
    mine = and_(saga.c.id.in_(running), saga.c.worker == worker, saga.c.wake_at.is_not(None))
    free = select(saga.c.id).where(mine).with_for_update(key_share=True, skip_locked=True)
    await work.connection.execute(update(saga).where(saga.c.id.in_(free)).values(wake_at=func.now() + LEASE_TTL))


async def lock_run(work: UnitOfWork, run: SagaRun) -> bool:
    """Hold the row under the run's fence and read its signals; False when another worker went past.

    Signals may still arrive meanwhile (their writers hold the order, not this row): read_signals before the commit.
    """
    here = {"this": run.id, "fenced": run.fence}
    if (await work.connection.execute(_LOCK, here)).scalar_one_or_none() is None:
        return False
    await read_signals(work, run)
    return True


async def read_signals(work: UnitOfWork, run: SagaRun) -> bool:
    """Let the run know all signals there are; whether one was new to it."""
    signals = await _read_signal_names(work, run.id)
    has_new = not signals <= run.progress.signals
    run.progress = _with_signals(run.progress, signals)
    return has_new


async def write_run(
    work: UnitOfWork,
    run: SagaRun,
    *,
    status: SagaStatus,
    error: str | None = None,
    sleep_for: timedelta | None = None,
) -> None:
    """Write what a locked run became. `rest` gives the lease back for that long; None keeps it."""
    ended = status in (SagaStatus.DONE, SagaStatus.COMPENSATED)
    asleep = ended or status is SagaStatus.STUCK
    values: dict[str, Any] = {
        "this": run.id,
        "status": status,
        "compensating": run.is_compensating,
        "position": run.progress.position,
        "reason": run.reason,
        "data": run.data,
        "call": run.call,
        "order_id": run.order_id,
        "attempt": run.attempt,
        "tries": run.tries,
        "failing_since": run.failing_since,
        "alerted": run.alerted,
        "error": error,
        "waiting_until": run.progress.waiting_until,
        "keeps": not asleep and sleep_for is None,
        "sleeps": None if asleep else (LEASE_TTL if sleep_for is None else sleep_for),
        "ends": ended,
    }
    await work.connection.execute(_WRITE, values)
    run.fence += 1
    read = run.progress.signals
    if read:
        await work.connection.execute(_MARK_SEEN, {"this": run.id, "read": list(read)})


async def find_saga_of_order(work: UnitOfWork, order_id: int, kind: str) -> UUID:
    """The saga of this kind that runs, or ran last, for the order."""
    query = select(saga.c.id).where(saga.c.order_id == order_id, saga.c.kind == kind)
    found = (await work.connection.execute(query.order_by(saga.c.number.desc()).limit(1))).scalar_one_or_none()
    if found is None:
        raise OrderNotFound
    return UUID(str(found))


async def _read_signal_names(work: UnitOfWork, saga_id: UUID) -> frozenset[str]:
    return frozenset((await work.connection.execute(_SIGNALS, {"this": saga_id})).scalars())


def _with_signals(progress: Progress, more: frozenset[str]) -> Progress:
    return Progress(
        status=progress.status,
        position=progress.position,
        signals=progress.signals | more,
        waiting_until=progress.waiting_until,
        reason=progress.reason,
    )


async def _run_from_row(work: UnitOfWork, row: RowMapping) -> SagaRun:
    signals = await _read_signal_names(work, row["id"]) | frozenset(row["data"].get("signals", []))
    progress = Progress(
        status=SagaStatus(row["status"]),
        position=row["position"],
        signals=signals,
        waiting_until=row["waiting_until"],
        reason=row["reason"],
    )
    plain = ("id", "number", "name", "kind", "version", "campus_id", "order_id", "person_id", "data", "call")
    counted = ("attempt", "tries", "fence", "failing_since", "alerted")
    return SagaRun(progress=progress, **{name: row[name] for name in (*plain, *counted)})
