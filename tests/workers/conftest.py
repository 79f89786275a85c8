"""A campus for tests of sagas."""

from collections.abc import AsyncIterator

import pytest

from tests.town import Town, founded


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    """A campus of the test's own."""
    async with founded(database_url) as place:
        yield place
