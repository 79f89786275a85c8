"""The engine's stack as a fixture."""

from collections.abc import AsyncIterator

import pytest

from tests.workers.engine.engine_stack import EngineStack, running_engine_stack


@pytest.fixture(scope="module")
async def engine_stack(module_database_url: str) -> AsyncIterator[EngineStack]:
    """A stack for the tests of one file, each of which has a saga of its own."""
    async with running_engine_stack(module_database_url) as stack:
        yield stack
