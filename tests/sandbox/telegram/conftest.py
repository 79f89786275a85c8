"""A running sandbox with a furnished desk, for each test its own."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.telegram import running_telegram
from tests.sandbox.telegram.desk import Desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A sandbox without state on disk, one bot, and three people."""
    async with running_telegram() as url, aiohttp.ClientSession() as session:
        furnished = Desk(url=url, session=session)
        await furnished.furnish()
        yield furnished
