"""The start and the end of a worker stack: its campus, its Stripe stand-in, its connections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from sqlalchemy import select

from domain.campuses.campus import Campus
from domain.campuses.repository import find_campus
from domain.campuses.tables import campus
from domain.database.unit_of_work import (
    UnitOfWorkFactory,
    create_database_engine,
    create_unit_of_work_factory,
)
from sandbox.stripe.stripe_server import running_stripe
from tests.stack.compiled_statements import share_compiled_statements
from tests.stack.database_pool import autocommit_database
from tests.stack.rows import insert_campus
from tests.stack.store_setup import drop_queue_jobs
from tests.stack.worker_stack import NAME_NUMBERS, WorkerStack
from workers.engine.worker_context import WorkerContext
from workers.registers import build_worker_registers
from workers.stripe.gateway import open_stripe_gateway


async def found_campus(store: UnitOfWorkFactory) -> Campus:
    """Insert a campus into this database."""
    async with store() as work:
        columns = {"title": "Campus", "runner_group": -100, "admin_chat": -200}
        return await find_campus(work, await insert_campus(work, f"campus{next(NAME_NUMBERS)}", **columns))


@asynccontextmanager
async def running_worker_stack(
    database_url: str, state: Path | None = None, find: Callable[[UnitOfWorkFactory], Awaitable[Campus]] = found_campus
) -> AsyncIterator[WorkerStack]:
    """Run a stack on this database, with a Stripe stand-in that may start from the `state` of an earlier one."""
    engine = share_compiled_statements(create_database_engine(database_url, pool_size=20))
    registers = build_worker_registers()
    store = create_unit_of_work_factory(engine, drop_queue_jobs, registers)  # tests find due work as the sweeper does
    async with running_stripe(state=state) as url, aiohttp.ClientSession() as http:
        client = open_stripe_gateway("sk_test_stack", url)
        context = WorkerContext(database=store, stripe=client, name="worker", saga_slots=asyncio.Semaphore(50))
        founded = await find(store)
        async with store() as work:
            row = (await work.connection.execute(select(campus).where(campus.c.id == founded.id))).mappings().one()
        yield WorkerStack(
            database=store,
            autocommit_work=autocommit_database(engine),
            context=context,
            stripe_url=url,
            http=http,
            campus=founded,
            founded_campus={name: value for name, value in row.items() if name != "id"},
        )
        await client.close()
    await engine.dispose()
