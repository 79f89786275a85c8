"""Campuses for tests of sagas."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.town import Town, founded
from tests.workers.aging import AgedTown, aged_town


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    """A campus of the test's own."""
    async with founded(database_url) as place:
        yield place


@pytest.fixture(scope="module")
async def shared_town(module_database_url: str) -> AsyncIterator[Town]:
    """A campus that the tests of one file share: quicker, for tests that can bear each other's orders."""
    async with founded(module_database_url) as place:
        yield place


@pytest.fixture(scope="module")
async def aged(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AgedTown]:
    """Two orders of a month ago, which no test changes for good."""
    async with aged_town(module_database_url, tmp_path_factory.mktemp("stripe")) as place:
        yield place


@pytest.fixture
async def own_aged(database_url: str, tmp_path: Path) -> AsyncIterator[AgedTown]:
    """Two orders of a month ago, of one test alone."""
    async with aged_town(database_url, tmp_path) as place:
        yield place
