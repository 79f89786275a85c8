"""Saga rows in Postgres: inserted, leased by a worker, and written only under their fence."""

from collections.abc import Collection, Iterable, Sequence
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
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from domain.database.rows import given_rows
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderNotFound, Stale
from domain.saga.data import call_from_json, data_from_json, data_to_json, engine_data_from_json
from domain.saga.definition import SagaStatus
from domain.saga.next_move import AwaitSignal, CallExternalStep, Finish, Progress
from domain.saga.register import SagaRegister
from domain.saga.run import SagaRun
from domain.saga.signal_repository import (
    has_unseen_signal,
    mark_signals_seen,
    read_signal_names,
    signal_names_of_saga,
)
from domain.saga.tables import saga
from domain.settings.timeouts import Timeout

EngineMove = CallExternalStep | AwaitSignal | Finish  # what needs more than Postgres
RECENT_START_WINDOW = Timeout.SAGA_RECENT_START.delta
LEASE_TTL = Timeout.SAGA_LEASE.delta


def is_saga_due() -> ColumnElement[bool]:
    """Build the condition that a saga is due: its time has come, or it is asleep and has an unseen signal."""
    alive = saga.c.wake_at.is_not(None)
    return and_(alive, or_(saga.c.wake_at <= func.now(), and_(saga.c.worker.is_(None), has_unseen_signal())))


_THIS = saga.c.id == bindparam("this")
_LEASE = (
    select(saga, signal_names_of_saga().label("signals"), func.now().label("began_at"))
    .where(_THIS)
    .with_for_update(key_share=True)
)
_LEASE_DUE = _LEASE.where(is_saga_due())
_FENCED = or_(is_saga_due(), and_(saga.c.wake_at.is_not(None), saga.c.worker == bindparam("by")))
_LEASE_DUE_OR_OWN = _LEASE.where(_FENCED, saga.c.fence == bindparam("fenced"))
_LOCK = (
    select(signal_names_of_saga().label("signals"), func.now().label("began_at"))
    .where(_THIS, saga.c.fence == bindparam("fenced"))
    .with_for_update(key_share=True)
)
_WRITE = (
    update(saga)
    .where(_THIS)
    .values(
        fence=saga.c.fence + 1,
        wake_at=func.now() + bindparam("sleeps", type_=Interval()),  # NULL for one that must not be woken
        ended_at=case((bindparam("ends", type_=Boolean()), func.now()), else_=null()),
    )
    .returning(signal_names_of_saga().label("signals"), has_unseen_signal().label("has_unseen"))
)
_WRITE_LEASE = (
    update(saga)
    .where(_THIS)
    .values(worker=bindparam("by"), fence=saga.c.fence + 1, wake_at=func.now() + LEASE_TTL)
    .returning(signal_names_of_saga())
)
_NEW_COLUMNS = (*("id", "name", "kind", "version", "campus_id", "order_id", "person_id", "status", "position", "data"),)
_NEW = given_rows(saga, *_NEW_COLUMNS, ended=Boolean)
_TIMES = (case((~_NEW.c.ended, func.now())), case((_NEW.c.ended, func.now())))
_INSERT = (
    insert(saga)
    .from_select([*_NEW_COLUMNS, "wake_at", "ended_at"], select(*(_NEW.c[name] for name in _NEW_COLUMNS), *_TIMES))
    .on_conflict_do_nothing(index_elements=["name"])
    .returning(saga.c.name, saga.c.number)
)


async def lease_saga(work: UnitOfWork, saga_id: UUID, worker: str, *, fence: int | None = None) -> SagaRun | None:
    """Lock a due saga for this worker. Return None when it is not due or another worker has the lease.

    The row keeps its lock until the commit, and `write_run` or `write_lease` puts the lease on it: one of them must
    follow in the same transaction, so that one UPDATE brings the lease and what the transaction decided.

    With a `fence`, also lease one this worker already has, but only while nobody has written the row since that fence.
    It brings the time of the transaction along.
    """
    statement, fenced = (_LEASE_DUE, {}) if fence is None else (_LEASE_DUE_OR_OWN, {"by": worker, "fenced": fence})
    row = (await work.connection.execute(statement, {"this": saga_id, **fenced})).mappings().one_or_none()
    if row is None:
        return None
    work.began_at = row["began_at"]
    return _run_from_row(work, row, row["signals"], worker)


async def write_lease(work: UnitOfWork, run: SagaRun) -> bool:
    """Write nothing of a locked run but its lease. Return whether it has a signal that the run did not read."""
    signals = (await work.connection.execute(_WRITE_LEASE, {"this": run.id, "by": run.worker})).scalar_one()
    run.fence += 1
    return not frozenset(signals) <= run.progress.signals


async def renew_leases(work: UnitOfWork, worker: str, running: Collection[UUID]) -> None:
    """Renew the leases of all sagas this worker runs, in one statement.

    A row that is being written is skipped, because its writer sets the lease. One commit that hangs must not delay
    the other sagas' leases, nor the timers that come after this.
    """
    mine = and_(saga.c.id.in_(running), saga.c.worker == worker, saga.c.wake_at.is_not(None))
    free = select(saga.c.id).where(mine).with_for_update(key_share=True, skip_locked=True)
    await work.connection.execute(update(saga).where(saga.c.id.in_(free)).values(wake_at=func.now() + LEASE_TTL))


async def lock_run(work: UnitOfWork, run: SagaRun) -> bool:
    """Lock the row under the run's fence and read its signals. Return False when another worker has taken it over.

    Signals may still arrive meanwhile, because their writers lock the order and not this row. So `write_run` reads
    them again. It brings the time of the transaction along.
    """
    row = (await work.connection.execute(_LOCK, {"this": run.id, "fenced": run.fence})).one_or_none()
    if row is None:
        return False
    work.began_at = row.began_at
    run.progress = _with_signals(run.progress, frozenset(row.signals))
    return True


async def write_run(
    work: UnitOfWork,
    run: SagaRun,
    *,
    status: SagaStatus,
    error: str | None = None,
    sleep_for: timedelta | None = None,
) -> bool:
    """Write a locked run to its row. `sleep_for` gives the lease back for that long; None keeps the lease.

    Return whether the saga has a signal that the run did not read.
    """
    ended = status in (SagaStatus.DONE, SagaStatus.COMPENSATED)
    asleep = ended or status is SagaStatus.STUCK
    values: dict[str, Any] = {
        "this": run.id,
        "status": status,
        "compensating": run.is_compensating,
        "position": run.progress.position,
        "reason": run.reason,
        "data": _stored_data(run),
        "call": None if run.call is None else data_to_json(run.call),
        "order_id": run.order_id,
        "attempt": run.attempt,
        "tries": run.tries,
        "failing_since": run.failing_since,
        "alerted": run.alerted,
        "error": error,
        "waiting_until": run.progress.waiting_until,
        "worker": None if asleep or sleep_for is not None else run.worker,
        "sleeps": None if asleep else (LEASE_TTL if sleep_for is None else sleep_for),
        "ends": ended,
    }
    row = (await work.connection.execute(_WRITE, values)).one()
    run.fence += 1
    run.written_status = status
    read = run.progress.signals
    if row.has_unseen and read:
        await mark_signals_seen(work, run.id, read)
    return not frozenset(row.signals) <= read


async def find_saga_of_order(work: UnitOfWork, order_id: int, kind: str) -> UUID:
    """Return the newest saga of this kind for the order. Raise OrderNotFound when there is none."""
    query = select(saga.c.id).where(saga.c.order_id == order_id, saga.c.kind == kind)
    found = (await work.connection.execute(query.order_by(saga.c.number.desc()).limit(1))).scalar_one_or_none()
    if found is None:
        raise OrderNotFound
    return UUID(str(found))


async def find_running_saga(work: UnitOfWork, campus_id: int, person_id: int, kind: str) -> SagaRun | None:
    """Return the newest saga of this kind that runs for the person; it is read only, because a worker may move it."""
    here = (saga.c.campus_id == campus_id, saga.c.person_id == person_id, saga.c.kind == kind)
    query = select(saga).where(*here, saga.c.status == SagaStatus.RUNNING).order_by(saga.c.number.desc()).limit(1)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else _run_from_row(work, row, await read_signal_names(work, row["id"]), row["worker"])


def _with_signals(progress: Progress, more: frozenset[str]) -> Progress:
    return Progress(
        status=progress.status,
        position=progress.position,
        signals=progress.signals | more,
        waiting_until=progress.waiting_until,
        reason=progress.reason,
    )


def _run_from_row(work: UnitOfWork, row: RowMapping, signals: Iterable[str], worker: str | None) -> SagaRun:
    definition = work.registers.get(SagaRegister).sagas.get((row["kind"], row["version"]))
    engine = engine_data_from_json(row["data"])
    progress = Progress(
        status=SagaStatus(row["status"]),
        position=row["position"],
        signals=frozenset(signals) | frozenset(engine.signals),
        waiting_until=row["waiting_until"],
        reason=row["reason"],
    )
    plain = ("id", "number", "name", "kind", "version", "campus_id", "order_id", "person_id")
    counted = ("attempt", "tries", "fence", "failing_since", "alerted")
    return SagaRun(
        progress=progress,
        definition=definition,
        data=data_from_json(None if definition is None else definition.data, row["data"]),
        engine=engine,
        call=call_from_json(row["call"]),
        worker=worker,
        **{name: row[name] for name in (*plain, *counted)},
    )


def _stored_data(run: SagaRun) -> dict[str, Any]:
    return data_to_json(run.data) | data_to_json(run.engine)


async def insert_sagas(work: UnitOfWork, started: Sequence[tuple[SagaRun, EngineMove]]) -> None:
    """Insert the rows of new runs, each of which stands before its move. Raise Stale when a name was used before."""
    rows = [_new_row(run, move) for run, move in started]
    found = await work.connection.execute(_INSERT, {"rows": rows})
    numbers = {row.name: row.number for row in found}
    if len(numbers) < len(started):
        raise Stale
    for run, move in started:
        run.number = numbers[run.name]
        if not isinstance(move, Finish):
            work.enqueue_after_commit("run_saga", run.id, run.order_id)


def _new_row(run: SagaRun, move: EngineMove) -> dict[str, Any]:
    return {
        "id": str(run.id),
        "name": run.name,
        "kind": run.kind,
        "version": run.version,
        "campus_id": run.campus_id,
        "order_id": run.order_id,
        "person_id": run.person_id,
        "status": move.status if isinstance(move, Finish) else run.progress.status,
        "position": run.progress.position,
        "data": _stored_data(run),
        "ended": isinstance(move, Finish),
    }


async def count_sagas_started(work: UnitOfWork, person_id: int, kind: str, within: timedelta) -> int:
    """Return how many sagas of this kind started for the person, on any campus, within this time."""
    own = (saga.c.person_id == person_id, saga.c.kind == kind, saga.c.started_at > func.now() - within)
    return int((await work.connection.execute(select(func.count()).where(*own))).scalar_one())


async def has_saga_just_started(work: UnitOfWork, campus_id: int, person_id: int, kind: str) -> bool:
    """Return whether a running saga of this kind started for the person within RECENT_START_WINDOW."""
    query = select(func.count()).where(
        saga.c.campus_id == campus_id,
        saga.c.person_id == person_id,
        saga.c.kind == kind,
        saga.c.status == SagaStatus.RUNNING,
        saga.c.started_at > func.now() - RECENT_START_WINDOW,
    )
    return bool((await work.connection.execute(query)).scalar_one())


async def wake_waiting_saga(work: UnitOfWork, campus_id: int, person_id: int, kind: str) -> None:
    """Let the sagas of this kind that wait for the person poll now."""
    asleep = (saga.c.status == SagaStatus.RUNNING, saga.c.worker.is_(None), saga.c.waiting_until.is_not(None))
    of_person = (saga.c.campus_id == campus_id, saga.c.person_id == person_id, saga.c.kind == kind)
    woken = update(saga).where(*of_person, *asleep).values(wake_at=func.now()).returning(saga.c.id)
    for saga_id in (await work.connection.execute(woken)).scalars().all():
        work.enqueue_after_commit("run_saga", saga_id)
