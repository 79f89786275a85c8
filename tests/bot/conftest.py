"""One running bot, by webhooks, for all tests of this folder: each test brings its own people."""

from collections.abc import AsyncIterator

import pytest

from sandbox.telegram import running_telegram
from tests.bot.stage import Stage, set_stage
from tests.bot.ways_back import dead_ends
from tests.servers import Servers, drop_database, empty_redis_database, make_database


@pytest.fixture(scope="session")
async def telegram() -> AsyncIterator[str]:
    """The Telegram sandbox."""
    async with running_telegram() as url:
        yield url


@pytest.fixture(scope="session")
async def stage(postgres_url: str, servers: Servers, telegram: str) -> AsyncIterator[Stage]:
    """Two campuses and their bot."""
    database_url = await make_database(postgres_url, "campusg_test_bot")
    redis_url = empty_redis_database(servers.redis_url, 7)
    async with set_stage(database_url, redis_url, telegram, webhooks=True) as ready:
        yield ready
        without = dead_ends((await ready.sim("calls", "GET"))["calls"])
        assert not without, "screens without a way back:\n" + "\n".join(without)
    await drop_database(postgres_url, "campusg_test_bot")


@pytest.fixture(autouse=True)
async def campuses_as_founded(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Whatever a test makes of a campus (its chats, its pause, its invitation), the next one finds it as it was."""
    shared: Stage | None = request.getfixturevalue("stage") if "stage" in request.fixturenames else None
    yield
    if shared is not None:
        await shared.put_back()
