"""Starting sagas and running their local steps in one transaction, as bot and workers both do."""

import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace

from domain.database.unit_of_work import UnitOfWork
from domain.errors import CampusGError
from domain.messaging.outbox_repository import notify
from domain.saga.definition import SagaStatus
from domain.saga.next_move import Advance, AwaitSignal, CallExternalStep, Finish, Progress, RunLocalStep, next_move
from domain.saga.notifications import saga_refused
from domain.saga.register import SagaRegister
from domain.saga.repository import EngineMove, insert_sagas
from domain.saga.run import EngineData, SagaRun, SagaStart


async def start_saga(work: UnitOfWork, start: SagaStart) -> SagaRun:
    """Run the leading local steps and insert the saga row, all in this transaction.

    Raise the refusal of a step as it is. Raise Stale when a saga of this name was started before.
    """
    run = _new_run(work, start)
    await _run_and_insert(work, [run])
    return run


async def start_sagas(work: UnitOfWork, starts: Sequence[SagaStart]) -> Mapping[str, CampusGError]:
    """Start many sagas of a kind that begins with a batch step, and return its refusals by the names of the sagas.

    A refused saga leaves nothing. After an exception the caller undoes all of them: Stale when one of these names was
    used before, the refusal of a later step, or a fault of ours.
    """
    runs = [_new_run(work, start) for start in starts]
    refusals = await work.registers.get(SagaRegister).batch_steps[runs[0].current_step_name](work, runs)
    begun = [run for run in runs if run.name not in refusals]
    for run in begun:
        run.progress = replace(run.progress, position=1)
    if begun:
        await _run_and_insert(work, begun)
    return refusals


def _new_run(work: UnitOfWork, start: SagaStart) -> SagaRun:
    definition = work.registers.get(SagaRegister).latest_saga(start.kind)
    return SagaRun(
        id=uuid.uuid4(),
        number=0,
        name=start.name,
        kind=start.kind,
        version=definition.version,
        definition=definition,
        campus_id=start.campus_id,
        order_id=start.order_id,
        person_id=start.person_id,
        progress=Progress(status=SagaStatus.RUNNING, position=0),
        data=deepcopy(start.data),
        engine=EngineData(),
        call=None,
        attempt=1,
        tries=0,
        fence=0,
        failing_since=None,
        alerted=False,
    )


async def _run_and_insert(work: UnitOfWork, runs: Sequence[SagaRun]) -> None:
    await insert_sagas(work, [(run, await run_local_steps(work, run)) for run in runs])
    for run in runs:
        await start_requested_sagas(work, run)


async def run_local_steps(work: UnitOfWork, run: SagaRun) -> EngineMove:
    """Make every move that needs only Postgres. Return the first other one: a call, a wait or the end."""
    while True:
        move = next_move(run.saga, run.progress, work.now)
        match move:
            case RunLocalStep(name=name, next_progress=then):
                await work.registers.get(SagaRegister).local_steps[name](work, run)
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
            async with work.savepoint():
                await start_saga(work, start)
        except CampusGError as refusal:
            await notify(work, saga_refused(start, refusal))
