"""Leases are kept for everything a worker runs, also while one of its connections hangs."""

import asyncio

from domain.saga.repository import lease_saga, lock_run, renew_leases, write_lease, write_run
from tests.scenarios.saga_scenarios import SAGA_SCENARIOS
from tests.stack.worker_stack import WorkerStack

WORKER_NAME = "busy"


async def test_a_commit_that_hangs_keeps_no_other_lease_waiting(shared_stack: WorkerStack) -> None:
    """The row that is being written is left to its writer; the other leases are renewed at once."""
    stack = shared_stack
    hanging, other = await SAGA_SCENARIOS["placing"](stack), await SAGA_SCENARIOS["placing"](stack)
    both = [hanging.saga_id, other.saga_id]
    runs = []
    for saga_id in both:
        async with stack.database() as work:
            run = await lease_saga(work, saga_id, WORKER_NAME)
            assert run is not None
            await write_lease(work, run)
        runs.append(run)
    await stack.sql("UPDATE saga SET wake_at = now() - interval '1 hour' WHERE worker = :worker", worker=WORKER_NAME)
    async with stack.database() as work:
        assert await lock_run(work, runs[0])
        await write_run(work, runs[0], status=runs[0].progress.status)
        async with asyncio.timeout(20), stack.database() as sweep:
            await renew_leases(sweep, WORKER_NAME, both)
        query = "SELECT id, wake_at > now() - interval '30 minutes' FROM saga WHERE worker = :worker"
        renewed = {row[0]: row[1] for row in await stack.rows(query, worker=WORKER_NAME)}
        assert renewed == {hanging.saga_id: False, other.saga_id: True}
    ((kept,),) = await stack.rows(
        "SELECT wake_at > now() - interval '30 minutes' FROM saga WHERE id = :id", id=hanging.saga_id
    )
    assert kept, "released by its writer"
    await stack.sql("UPDATE saga SET wake_at = now() WHERE worker = :worker", worker=WORKER_NAME)
    await stack.run_due()
    await hanging.check()
    await other.check()
