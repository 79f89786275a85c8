"""Fixtures of all tests: shared servers, a fresh migrated database, an empty Redis."""

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
import uvloop

from tests.stack.database_pool import DatabasePool, open_database_pool
from tests.stack.shared_servers import SharedServers, empty_redis_database, make_template, running_shared_servers
from tests.stack.suite_parts import add_part_option, deselect_other_part

TESTS = Path(__file__).parent
JOURNEYS = "journeys"  # they share one CampusG and mostly wait, so one process runs them first
CONVENTIONS = "conventions"  # they share the syntax trees of all modules
FOLDER_ORDER = (
    JOURNEYS,
    "workers",
    CONVENTIONS,
    "bot",
    "domain",
    "sandbox",
)  # slow ones first, so that both processes end together
REDIS_DATABASE_NUMBERS = count(1)  # of the Redis databases handed out
UNCLOSED_RESOURCES: list[str] = []

# The event loop of all processes. pytest-asyncio's own hook for it makes the loop a parameter, and session fixtures
# are then set up again and again.
asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of these tests."""
    add_part_option(parser)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the group of each test
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep one part of the suite, and group its tests for processes: journeys and conventions, else whole files.

    The slowest are first.
    """
    deselect_other_part(config, items)
    items.sort(
        key=lambda item: FOLDER_ORDER.index(_folder(item)) if _folder(item) in FOLDER_ORDER else len(FOLDER_ORDER)
    )
    for item in items:
        whole_file = str(item.path.relative_to(TESTS))
        group = _folder(item) if _folder(item) in (JOURNEYS, CONVENTIONS) else whole_file
        item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_finish() -> None:
    """Take what was imported out of the collector's rounds: a tenth of the CPU of a run goes into them else."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_warning_recorded(warning_message: warnings.WarningMessage) -> None:
    """Remember what a test left open in the loop; failing there would hang, see `filterwarnings`."""
    if str(warning_message.message).startswith("unclosed resource"):
        UNCLOSED_RESOURCES.append(str(warning_message.message))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that left something open; the summary of the warnings names it."""
    if UNCLOSED_RESOURCES and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]


@pytest.fixture(scope="session")
def servers() -> Iterator[SharedServers]:
    """Start one Postgres and one Valkey for the whole run, when the first test needs them."""
    with running_shared_servers() as running:
        yield running


@pytest.fixture(scope="session")
async def postgres_url(servers: SharedServers) -> str:
    """The address of the shared Postgres, which holds the migrated template."""
    await make_template(servers.postgres_url)
    return servers.postgres_url


@pytest.fixture(scope="session")
async def databases(postgres_url: str) -> AsyncIterator[DatabasePool]:
    """The pool from which tests take their databases."""
    pool = await open_database_pool(postgres_url)
    yield pool
    await pool.close()


@pytest.fixture
async def database_url(databases: DatabasePool) -> AsyncIterator[str]:
    """A migrated, empty database for one test."""
    url = await databases.acquire()
    yield url
    await databases.release(url)


@pytest.fixture(scope="module")
async def module_database_url(databases: DatabasePool) -> AsyncIterator[str]:
    """A migrated database shared by the tests of one file: faster, for tests that allow each other's rows."""
    url = await databases.acquire()
    yield url
    await databases.release(url)


@pytest.fixture
def redis_url(servers: SharedServers) -> str:
    """An empty Redis database that the previous fifteen tests did not use."""
    return empty_redis_database(servers.redis_url, next(REDIS_DATABASE_NUMBERS))
