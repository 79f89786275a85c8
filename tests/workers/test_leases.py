"""Leases: kept for everything a worker runs, whatever one of its connections is stuck in."""

import asyncio

from domain.store.saga_rows import claim_saga, lock_run, renew_leases, write_run
from tests.town import Town
from tests.workers.scenes import SCENES

WORKER = "busy"


async def test_a_commit_that_hangs_keeps_no_other_lease_waiting(shared_town: Town) -> None:
    """The row being written is left to its writer; the others are renewed at once."""
    town = shared_town
    hanging, other = await SCENES["placing"](town), await SCENES["placing"](town)
    both = [hanging.saga_id, other.saga_id]
    runs = []
    for saga_id in both:
        async with town.database() as work:
            run = await claim_saga(work, saga_id, WORKER)
        assert run is not None
        runs.append(run)
    await town.sql("UPDATE saga SET wake_at = now() WHERE worker = :worker", worker=WORKER)
    async with town.database() as work:
        assert await lock_run(work, runs[0])
        await write_run(work, runs[0], status=runs[0].progress.status)
        async with asyncio.timeout(5), town.database() as round_of_sweep:
            await renew_leases(round_of_sweep, WORKER, both)
        query = "SELECT id, wake_at > now() + interval '2 seconds' FROM saga WHERE worker = :worker"
        renewed = {row[0]: row[1] for row in await town.rows(query, worker=WORKER)}
        assert renewed == {hanging.saga_id: False, other.saga_id: True}
    ((kept,),) = await town.rows(
        "SELECT wake_at > now() + interval '2 seconds' FROM saga WHERE id = :id", id=hanging.saga_id
    )
    assert kept, "by its writer"
    await town.sql("UPDATE saga SET wake_at = now() WHERE worker = :worker", worker=WORKER)
    await town.drive()
    await hanging.check()
    await other.check()
