"""A post office of the test's own."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from sqlalchemy import insert

from domain.store.schema import campus
from domain.store.unit_of_work import connect, database, singly
from sandbox.telegram import running_telegram
from tests.store.scenes import silence
from tests.workers.messages.post_office import FEES, TOKEN, PostOffice
from workers.buckets import open_buckets
from workers.messages import Office
from workers.telegram_sender import open_sender


@pytest.fixture
async def post(database_url: str, redis_url: str) -> AsyncIterator[PostOffice]:
    """A campus, its people and groups, nothing said yet."""
    engine = connect(database_url)
    store = database(engine, silence)
    async with store() as work:
        row = {"name": "north", "title": "North", "currency": "sgd", "time_zone": "Asia/Singapore", "fees": FEES}
        campus_id = (await work.connection.execute(insert(campus).values(row).returning(campus.c.id))).scalar_one()
    buckets = open_buckets(redis_url)
    async with running_telegram() as url, aiohttp.ClientSession() as http:
        sender = open_sender(url, {campus_id: TOKEN})
        office = Office(database=store, singly=singly(engine), sender=sender, buckets=buckets)
        furnished = PostOffice(office=office, url=url, http=http, campus_id=campus_id)
        await furnished.furnish()
        yield furnished
        await sender.close()
    await buckets.close()
    await engine.dispose()
