"""What the sweeper starts of the sagas that are due: what is at work already does not make it ask in a circle."""

import asyncio
import time
from dataclasses import replace
from uuid import UUID

from tests.stack.worker_stack import WorkerStack
from tests.workers.tracing.test_tracing import autocommit_of
from workers.scheduling.due_work_repository import list_due_sagas
from workers.scheduling.sweeper import MAX_BATCH_SIZE, MAX_BESIDE_LATE_TIMERS, DueSagas

ADD_SAGAS = (
    "INSERT INTO saga (id, name, kind, version, campus_id, status, position, wake_at)"
    " SELECT gen_random_uuid(), 'due ' || number, 'of_nobody', 1, :campus, 'running', 0, now()"
    " FROM generate_series(1, :count) AS number"
)


async def test_a_turn_ends_while_a_whole_batch_of_due_sagas_is_at_work(stack: WorkerStack) -> None:
    """They wait for a place in this worker, and stay due until they have one."""
    await stack.sql(ADD_SAGAS, campus=stack.campus.id, count=MAX_BATCH_SIZE)
    autocommit, started = autocommit_of(stack), list[str]()
    async with autocommit() as connection:
        at_work = set(await list_due_sagas(connection, MAX_BATCH_SIZE))
    assert len(at_work) == MAX_BATCH_SIZE

    async def start(saga_id: str) -> None:
        started.append(saga_id)

    worker = replace(stack.context, running_saga_ids=at_work)
    due_sagas = DueSagas(context=worker, run_saga=start, autocommit=autocommit)
    async with asyncio.timeout(5):
        await due_sagas.start(asyncio.Event())
    await due_sagas.finish()
    assert started == []


async def test_while_timers_are_late_few_sagas_start_at_the_same_time_and_all_in_the_end(stack: WorkerStack) -> None:
    await stack.sql(ADD_SAGAS, campus=stack.campus.id, count=3 * MAX_BESIDE_LATE_TIMERS)
    worker = replace(stack.context, timers_first_until=time.monotonic() + 60)
    in_flight: list[int] = []

    async def end(saga_id: str) -> None:
        in_flight.append(len(due_sagas.in_flight))
        await stack.sql("UPDATE saga SET status = 'done', wake_at = NULL, ended_at = now() WHERE id = :id", id=saga_id)

    due_sagas = DueSagas(context=worker, run_saga=end, autocommit=autocommit_of(stack))
    async with asyncio.timeout(5):
        await due_sagas.start(asyncio.Event())
    await due_sagas.finish()
    assert len(in_flight) >= 3 * MAX_BESIDE_LATE_TIMERS
    assert max(in_flight) <= MAX_BESIDE_LATE_TIMERS + MAX_BESIDE_LATE_TIMERS // 2


async def test_sagas_that_hang_hold_no_other_back_once_timers_are_not_late_any_more(stack: WorkerStack) -> None:
    await stack.sql(ADD_SAGAS, campus=stack.campus.id, count=3 * MAX_BESIDE_LATE_TIMERS)
    worker = replace(stack.context, running_saga_ids=set(), timers_first_until=time.monotonic() + 0.3)
    all_started, started = asyncio.Event(), set[UUID]()

    async def hang(saga_id: str) -> None:
        worker.running_saga_ids.add(UUID(saga_id))
        started.add(UUID(saga_id))
        if len(started) == 3 * MAX_BESIDE_LATE_TIMERS:
            all_started.set()
        await all_started.wait()

    due_sagas = DueSagas(context=worker, run_saga=hang, autocommit=autocommit_of(stack))
    async with asyncio.timeout(5):
        await due_sagas.start(asyncio.Event())
    await due_sagas.finish()
    assert all_started.is_set()
