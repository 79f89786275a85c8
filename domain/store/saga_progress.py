"""Starting sagas and running their local steps in one transaction, as bot and workers both do."""

import uuid
from collections import deque

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from domain.errors import CampusGError, Stale
from domain.remedy import remedy_rows
from domain.saga import Advance, AwaitSignal, CallExternalStep, Finish, Progress, RunLocalStep, SagaStatus, next_move
from domain.sagas import latest_saga
from domain.store.outbox import tell
from domain.store.saga_run import SagaRun, SagaStart
from domain.store.schema import saga, saga_signal
from domain.store.steps import LOCAL_STEPS
from domain.store.unit_of_work import UnitOfWork


async def start_saga(work: UnitOfWork, start: SagaStart) -> SagaRun:
    """Run the leading local steps and insert the saga row, all in this transaction.

    Raise the refusal of a step as it is. Raise Stale when a saga of this name was started before.
    """
    run = SagaRun(
        id=uuid.uuid4(),
        number=0,
        name=start.name,
        kind=start.kind,
        version=latest_saga(start.kind).version,
        campus_id=start.campus_id,
        order_id=start.order_id,
        person_id=start.person_id,
        progress=Progress(status=SagaStatus.RUNNING, position=0),
        data=dict(start.data),
        call=None,
        attempt=1,
        tries=0,
        fence=0,
        failing_since=None,
        alerted=False,
    )
    move = await run_local_steps(work, run)
    await _insert_saga(work, run, move)
    await start_requested_sagas(work, run)
    return run


async def run_local_steps(work: UnitOfWork, run: SagaRun) -> CallExternalStep | AwaitSignal | Finish:
    """Make every move that needs only Postgres. Return the first other one: a call, a wait or the end."""
    while True:
        move = next_move(run.saga, run.progress, work.now)
        match move:
            case RunLocalStep(name=name, next_progress=then):
                await LOCAL_STEPS[name](work, run)
                run.progress = then
            case Advance(next_progress=then):
                run.progress = then
                if then.status is SagaStatus.STUCK:
                    return Finish(status=SagaStatus.STUCK)
            case CallExternalStep() | AwaitSignal() | Finish():
                return move


async def start_requested_sagas(work: UnitOfWork, run: SagaRun) -> None:
    """Start the sagas the steps requested. When an optional one is refused, tell its person and go on."""
    asked = deque(run.requested_sagas)
    run.requested_sagas.clear()
    while asked:
        start = asked.popleft()
        if not start.optional:
            await start_saga(work, start)
            continue
        try:
            async with work.connection.begin_nested():
                await start_saga(work, start)
        except CampusGError as refusal:
            await tell(
                work,
                campus_id=start.campus_id,
                chat_id=start.person_id or 0,
                name=f"refused:{start.name}",
                key=refusal.key,
                buttons=remedy_rows(refusal),
                args=refusal.arguments,
            )


async def _insert_saga(work: UnitOfWork, run: SagaRun, move: CallExternalStep | AwaitSignal | Finish) -> None:
    ended = isinstance(move, Finish)
    row = {
        "id": run.id,
        "name": run.name,
        "kind": run.kind,
        "version": run.version,
        "campus_id": run.campus_id,
        "order_id": run.order_id,
        "person_id": run.person_id,
        "status": move.status if isinstance(move, Finish) else run.progress.status,
        "position": run.progress.position,
        "data": run.data,
        "wake_at": None if ended else func.now(),
        "ended_at": func.now() if ended else None,
    }
    statement = insert(saga).values(row).on_conflict_do_nothing(index_elements=["name"]).returning(saga.c.number)
    number = (await work.connection.execute(statement)).scalar_one_or_none()
    if number is None:
        raise Stale
    run.number = number
    if not ended:
        work.enqueue_after_commit("run_saga", run.id, run.order_id)


async def signal_saga(work: UnitOfWork, saga_id: uuid.UUID, name: str, **data: str | int) -> None:
    """Insert a signal for a saga, once for each name, and enqueue the saga."""
    statement = insert(saga_signal).values(saga_id=saga_id, name=name, data=data).on_conflict_do_nothing()
    await work.connection.execute(statement)
    work.enqueue_after_commit("run_saga", saga_id)
