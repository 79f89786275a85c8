"""What every test may ask for: shared servers, a fresh migrated database, an empty Redis."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
import uvloop

from tests.databases import Databases, open_databases
from tests.servers import Servers, empty_redis_database, make_template, shared_servers

TESTS = Path(__file__).parent
JOURNEYS = "journeys"  # one CampusG serves them all, and much of their time is waiting: they go first, to one process
ORDER = (JOURNEYS, "workers", "bot", "store", "sandbox", "house", "words")  # dear ones first: both cores end together
NUMBERS = count(1)  # of the Redis databases handed out
LEFT_OPEN: list[str] = []

# The loop all processes run on. pytest-asyncio's own hook for it makes a parameter of the loop, and with it every
# session's fixture is made anew again and again.
asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


@pytest.hookimpl(tryfirst=True)  # before xdist looks which group a test is of
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread over processes, one takes all the journeys, any other takes whole files, the dearest first."""
    items.sort(key=lambda item: ORDER.index(_folder(item)) if _folder(item) in ORDER else len(ORDER))
    for item in items:
        group = JOURNEYS if _folder(item) == JOURNEYS else str(item.path.relative_to(TESTS))
        item.add_marker(pytest.mark.xdist_group(group))


def pytest_warning_recorded(warning_message: warnings.WarningMessage) -> None:
    """Remember what a test left open in the loop: to fail there would hang, see `filterwarnings`."""
    if str(warning_message.message).startswith("unclosed resource"):
        LEFT_OPEN.append(str(warning_message.message))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run that left something open has failed; the summary of the warnings names it."""
    if LEFT_OPEN and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """One Postgres and one Valkey for the whole run, started when the first test asks."""
    with shared_servers() as running:
        yield running


@pytest.fixture(scope="session")
async def postgres_url(servers: Servers) -> str:
    """The address of the shared Postgres, with the migrated template in it."""
    await make_template(servers.postgres_url)
    return servers.postgres_url


@pytest.fixture(scope="session")
async def databases(postgres_url: str) -> AsyncIterator[Databases]:
    """Where tests get their databases from."""
    ours = await open_databases(postgres_url)
    yield ours
    await ours.close()


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    """A database of the test's own, migrated and empty."""
    url = await databases.lend()
    yield url
    await databases.take_back(url)


@pytest.fixture(scope="module")
async def module_database_url(databases: Databases) -> AsyncIterator[str]:
    """A migrated database that the tests of one file share: quicker, for tests that can bear each other's rows."""
    url = await databases.lend()
    yield url
    await databases.take_back(url)


@pytest.fixture
def redis_url(servers: Servers) -> str:
    """An empty Redis database, not used by the fifteen tests before."""
    return empty_redis_database(servers.redis_url, next(NUMBERS))
