"""Worker stacks as fixtures."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenarios.aging import AgedStack, aged_stack
from tests.stack.started_worker_stack import running_worker_stack
from tests.stack.worker_stack import WorkerStack


@pytest.fixture
async def stack(database_url: str) -> AsyncIterator[WorkerStack]:
    """A worker stack for one test. At its end both modes of the audit find the same: none, unless the test made one."""
    async with running_worker_stack(database_url) as place:
        yield place
        await place.breaches()


@pytest.fixture(scope="module")
async def shared_stack(module_database_url: str) -> AsyncIterator[WorkerStack]:
    """A worker stack shared by the tests of one file: faster, for tests that allow each other's orders.

    At its end both modes of the audit find the same breaches: none, unless a test made one.
    """
    async with running_worker_stack(module_database_url) as place:
        yield place
        await place.breaches()


@pytest.fixture(scope="module")
async def aged(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AgedStack]:
    """Two orders of a month ago that no test changes permanently."""
    async with aged_stack(module_database_url, tmp_path_factory.mktemp("stripe")) as place:
        yield place


@pytest.fixture
async def own_aged(database_url: str, tmp_path: Path) -> AsyncIterator[AgedStack]:
    """Two orders of a month ago, for one test alone."""
    async with aged_stack(database_url, tmp_path) as place:
        yield place
