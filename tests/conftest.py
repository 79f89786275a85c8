"""What every test may ask for: shared servers, a fresh migrated database, an empty Redis."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.servers import (
    Servers,
    drop_database,
    empty_redis_database,
    make_database,
    make_template,
    shared_servers,
)

TESTS = Path(__file__).parent
TOGETHER: tuple[str, ...] = ()  # folders whose tests go to one process
DEAR = ("town",)  # fixtures that start a whole CampusG
NUMBERS = count(1)  # one sequence for every database this run makes


@pytest.hookimpl(tryfirst=True)  # before xdist looks which group a test is of
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `-n 2`: a process takes whole files, or all that shares what is dear to start."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    folder = item.path.relative_to(TESTS).parts[0]
    shared = [name for name in DEAR if name in getattr(item, "fixturenames", ())]
    return folder if folder in TOGETHER else shared[0] if shared else str(item.path)


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


@pytest.fixture
async def database_url(postgres_url: str) -> AsyncIterator[str]:
    """A database of the test's own, migrated and empty."""
    name = f"campusg_test_{next(NUMBERS)}"
    yield await make_database(postgres_url, name)
    await drop_database(postgres_url, name)


@pytest.fixture(scope="module")
async def module_database_url(postgres_url: str) -> AsyncIterator[str]:
    """A migrated database that the tests of one file share: quicker, for tests that can bear each other's rows."""
    name = f"campusg_test_{next(NUMBERS)}"
    yield await make_database(postgres_url, name)
    await drop_database(postgres_url, name)


@pytest.fixture
def redis_url(servers: Servers) -> str:
    """An empty Redis database, not used by the fifteen tests before."""
    return empty_redis_database(servers.redis_url, next(NUMBERS))
