"""The fixture of the outbox tests."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from redis.asyncio import Redis

from domain.database.unit_of_work import create_autocommit_factory, create_database_engine, create_unit_of_work_factory
from sandbox.telegram.telegram_server import running_telegram
from tests.stack.compiled_statements import share_compiled_statements
from tests.stack.rows import insert_campus
from tests.stack.store_setup import drop_queue_jobs
from tests.workers.telegram.sender_stack import TOKEN, SenderStack
from workers.registers import build_worker_registers
from workers.telegram.rate_limit import open_telegram_rate_limiter
from workers.telegram.sender import open_telegram_sender
from workers.telegram.sender_context import SenderContext


@pytest.fixture
async def stack(database_url: str, redis_url: str) -> AsyncIterator[SenderStack]:
    """A sender stack for one test: a campus, its people and its groups, with nothing sent yet."""
    engine = share_compiled_statements(create_database_engine(database_url))
    store = create_unit_of_work_factory(engine, drop_queue_jobs, build_worker_registers())
    async with store() as work:
        campus_id = await insert_campus(work, "north")
    rate_limiter, redis = open_telegram_rate_limiter(redis_url), Redis.from_url(redis_url)
    async with running_telegram() as url, aiohttp.ClientSession() as http:
        sender = open_telegram_sender(url, {campus_id: TOKEN})
        context = SenderContext(
            database=store, autocommit=create_autocommit_factory(engine), sender=sender, rate_limiter=rate_limiter
        )
        furnished = SenderStack(context=context, redis=redis, telegram_url=url, http=http, campus_id=campus_id)
        await furnished.set_up()
        yield furnished
        await sender.close()
    await rate_limiter.close()
    await redis.aclose()
    await engine.dispose()
