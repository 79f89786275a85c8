"""Starting sagas and running their local steps: the part that bot and workers share, inside one transaction."""

import uuid
from collections import deque

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from domain.errors import CampusGError, Stale
from domain.saga import Await, CallOutside, DoLocal, End, Go, Progress, SagaStatus, next_move
from domain.sagas import newest
from domain.store.messages import tell
from domain.store.runs import Run, Start
from domain.store.schema import saga, saga_signal
from domain.store.steps import LOCAL_STEPS
from domain.store.unit_of_work import UnitOfWork
from domain.way_out import way_out


async def start_saga(work: UnitOfWork, start: Start) -> Run:
    """Run the leading local steps and write the saga row, all in the present transaction.

    A refusal of a step is raised as it is; Stale when a saga of this name was started before.
    """
    run = Run(
        id=uuid.uuid4(),
        number=0,
        name=start.name,
        kind=start.kind,
        version=newest(start.kind).version,
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
    move = await run_local_part(work, run)
    await _insert(work, run, move)
    await start_asked(work, run)
    return run


async def run_local_part(work: UnitOfWork, run: Run) -> CallOutside | Await | End:
    """Take every move that needs only Postgres; returns the first that needs more (a call, a wait, the end)."""
    while True:
        move = next_move(run.saga, run.progress, work.now)
        match move:
            case DoLocal(name=name, then=then):
                await LOCAL_STEPS[name](work, run)
                run.progress = then
            case Go(then=then):
                run.progress = then
                if then.status is SagaStatus.STUCK:
                    return End(status=SagaStatus.STUCK)
            case CallOutside() | Await() | End():
                return move


async def start_asked(work: UnitOfWork, run: Run) -> None:
    """Start what the steps asked for; a refused optional start is told to its person and forgotten."""
    asked = deque(run.starts)
    run.starts.clear()
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
                buttons=way_out(refusal),
                words=refusal.words,
            )


async def _insert(work: UnitOfWork, run: Run, move: CallOutside | Await | End) -> None:
    ended = isinstance(move, End)
    row = {
        "id": run.id,
        "name": run.name,
        "kind": run.kind,
        "version": run.version,
        "campus_id": run.campus_id,
        "order_id": run.order_id,
        "person_id": run.person_id,
        "status": move.status if isinstance(move, End) else run.progress.status,
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
        work.ring("run_saga", run.id, run.order_id)


async def send_signal(work: UnitOfWork, saga_id: uuid.UUID, name: str, **data: str | int) -> None:
    """Tell a running saga that something happened outside; once a name."""
    statement = insert(saga_signal).values(saga_id=saga_id, name=name, data=data).on_conflict_do_nothing()
    await work.connection.execute(statement)
    work.ring("run_saga", saga_id)
