"""Campuses for tests of sagas."""

from collections.abc import AsyncIterator

import pytest

from tests.town import Town, founded


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
