"""A worker keeps the leases of its running sagas, whatever else it does or waits for."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.orders.states import OrderStatus
from domain.saga.repository import LEASE_TTL, lease_saga
from tests.scenarios.saga_scenarios import SAGA_SCENARIOS
from tests.scenarios.scenario_setup import SagaScenario
from tests.scenarios.worker_process import running_worker
from tests.stack.bot_stack import wait_until
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.long

POOL = 20  # connections of a worker
LONGER = LEASE_TTL.total_seconds() + 1.5
CALL = LONGER + 1.5  # seconds until Stripe answers
LOOK_INTERVAL = 0.1


async def slow_saga(stack: WorkerStack) -> SagaScenario:
    """Return the saga that is due for longest, with a call to Stripe that takes longer than a lease."""
    scenario = await SAGA_SCENARIOS["placing"](stack)
    await stack.sql("UPDATE saga SET wake_at = now() - interval '1 hour' WHERE id = :id", id=scenario.saga_id)
    await stack.inject_fault("POST /v1/payment_intents", "hang", seconds=CALL)
    return scenario


@asynccontextmanager
async def lock_held(
    stack: WorkerStack, statement: str, **values: object
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Lock the rows of this statement, and yield a function that releases them."""
    async with stack.database() as work:
        await work.connection.execute(text(statement), values)
        yield work.connection.rollback


async def wait_until_leased(stack: WorkerStack, scenario: SagaScenario) -> None:
    """Wait until a worker has leased the saga and prepared its call."""

    async def leased() -> bool:
        query = "SELECT worker FROM saga WHERE id = :id AND worker IS NOT NULL AND call IS NOT NULL"
        return bool(await stack.rows(query, id=scenario.saga_id))

    await wait_until(leased)


async def assert_lease_kept(stack: WorkerStack, scenario: SagaScenario) -> None:
    """Fail when another worker can lease the saga before its call is answered."""
    end = time.monotonic() + LONGER
    while time.monotonic() < end:
        async with stack.database() as work:
            assert await lease_saga(work, scenario.saga_id, "another") is None, "the lease was lost"
        await asyncio.sleep(LOOK_INTERVAL)


async def finish(scenario: SagaScenario) -> None:
    """Wait until the saga is over, and check that it had its effect once."""
    await wait_until(scenario.is_final, CALL + 10)
    await scenario.check()


async def test_a_running_saga_keeps_its_lease_while_timers_fire_slowly(
    stack: WorkerStack, database_url: str, tmp_path: Path
) -> None:
    """Firing a timer writes to the event log, and a lock on the campus's row holds that up."""
    order = await stack.open_order()
    scenario = await slow_saga(stack)
    rows = lock_held(stack, "SELECT id FROM campus WHERE id = :id FOR UPDATE", id=stack.campus.id)
    async with running_worker(stack, database_url, tmp_path):
        await wait_until_leased(stack, scenario)
        async with rows as release:
            await stack.sql("UPDATE timer SET due_at = now() WHERE order_id = :id AND kind = 'expire'", id=order.id)
            await assert_lease_kept(stack, scenario)
            assert (await stack.order(order.id)).status is OrderStatus.CREATED, "its timer waits for the row"
            await release()
            await finish(scenario)


async def test_a_running_saga_keeps_its_lease_while_other_sagas_take_every_connection(
    stack: WorkerStack, database_url: str, tmp_path: Path
) -> None:
    scenario, customer = await slow_saga(stack), await stack.add_member()
    orders = [(await stack.place_order(customer)).id for _ in range(POOL + 4)]
    rows = lock_held(stack, "SELECT id FROM saga WHERE order_id = ANY(:orders) FOR UPDATE", orders=orders)
    async with rows as release, running_worker(stack, database_url, tmp_path):
        await wait_until_leased(stack, scenario)
        await assert_lease_kept(stack, scenario)
        await release()
        await finish(scenario)


async def test_a_saga_keeps_its_lease_while_its_worker_stops(
    stack: WorkerStack, database_url: str, tmp_path: Path
) -> None:
    scenario = await slow_saga(stack)
    async with running_worker(stack, database_url, tmp_path) as worker:
        await wait_until_leased(stack, scenario)
        stopping = asyncio.create_task(worker.stop())
        await assert_lease_kept(stack, scenario)
        assert await stopping == 0
    await scenario.check()
