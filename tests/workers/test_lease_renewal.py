"""A worker keeps the leases of its running sagas, whatever else it does or waits for."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text

from domain.order import OrderStatus
from domain.store.saga_rows import LEASE, claim_saga
from tests.bot.stage import until
from tests.town import Town
from tests.workers.scenes import SCENES, Scene
from tests.workers.worker_process import running_worker

POOL = 20  # connections of a worker
LONGER = LEASE.total_seconds() + 1.5
CALL = LONGER + 1.5  # seconds that Stripe takes to answer
LOOK_INTERVAL = 0.1


async def slow_saga(town: Town) -> Scene:
    """A saga that is due for longest, and whose call to Stripe takes longer than a lease."""
    scene = await SCENES["placing"](town)
    await town.sql("UPDATE saga SET wake_at = now() - interval '1 hour' WHERE id = :id", id=scene.saga_id)
    await town.fault("POST /v1/payment_intents", "hang", seconds=CALL)
    return scene


@asynccontextmanager
async def held(town: Town, statement: str, **values: object) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Keep the rows that this statement locks; what is given releases them."""
    async with town.database() as work:
        await work.connection.execute(text(statement), values)
        yield work.connection.rollback


async def run_somewhere(town: Town, scene: Scene) -> None:
    """Wait until a worker has the lease."""

    async def leased() -> bool:
        query = "SELECT worker FROM saga WHERE id = :id AND worker IS NOT NULL AND call IS NOT NULL"
        return bool(await town.rows(query, id=scene.saga_id))

    await until(leased)


async def try_to_claim(town: Town, scene: Scene) -> None:
    """Fail when another worker can claim the saga before its call is answered."""
    end = time.monotonic() + LONGER
    while time.monotonic() < end:
        async with town.database() as work:
            assert await claim_saga(work, scene.saga_id, "another") is None, "the lease was lost"
        await asyncio.sleep(LOOK_INTERVAL)


async def finish(scene: Scene) -> None:
    """Wait until the saga is over, and see that it had its effect once."""
    await until(scene.ended, CALL + 10)
    await scene.check()


async def test_a_running_saga_keeps_its_lease_while_timers_fire_slowly(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    """Whoever holds the campus' row keeps a timer from being noted in the event log."""
    order = await town.open_job()
    scene = await slow_saga(town)
    rows = held(town, "SELECT id FROM campus WHERE id = :id FOR UPDATE", id=town.campus.id)
    async with running_worker(town, database_url, tmp_path):
        await run_somewhere(town, scene)
        async with rows as release:
            await town.sql("UPDATE timer SET due_at = now() WHERE order_id = :id AND kind = 'expire'", id=order.id)
            await try_to_claim(town, scene)
            assert (await town.order(order.id)).status is OrderStatus.CREATED, "its timer waits for the row"
            await release()
            await finish(scene)


async def test_a_running_saga_keeps_its_lease_while_other_sagas_take_every_connection(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    scene, customer = await slow_saga(town), await town.member()
    orders = [(await town.place(customer)).id for _ in range(POOL + 4)]
    rows = held(town, "SELECT id FROM saga WHERE order_id = ANY(:orders) FOR UPDATE", orders=orders)
    async with rows as release, running_worker(town, database_url, tmp_path):
        await run_somewhere(town, scene)
        await try_to_claim(town, scene)
        await release()
        await finish(scene)


async def test_a_saga_keeps_its_lease_while_its_worker_stops(town: Town, database_url: str, tmp_path: Path) -> None:
    scene = await slow_saga(town)
    async with running_worker(town, database_url, tmp_path) as worker:
        await run_somewhere(town, scene)
        stopping = asyncio.create_task(worker.stop())
        await try_to_claim(town, scene)
        assert await stopping == 0
    await scene.check()
