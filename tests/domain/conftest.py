"""The domain: worker stacks and their people, a database without workers, and how many examples properties try."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import settings

from domain.campuses.people import Member
from domain.database.unit_of_work import UnitOfWorkFactory
from tests.scenarios.scenario_setup import new_admin
from tests.stack.store_setup import database_without_queue
from tests.stack.worker_fixtures import shared_stack
from tests.stack.worker_fixtures import stack as own_stack
from tests.stack.worker_stack import WorkerStack

__all__ = ["own_stack", "shared_stack"]

settings.register_profile("modest", max_examples=60, deadline=None)  # enough to find a bug, and fast
settings.load_profile("modest")


@pytest.fixture
async def stack(shared_stack: WorkerStack) -> AsyncIterator[WorkerStack]:
    """The worker stack of a file: after each test its campus is put back, and no invariant is breached."""
    yield shared_stack
    await shared_stack.restore_campus()
    assert await shared_stack.breaches_of_all() == []


@pytest.fixture
async def customer(stack: WorkerStack) -> Member:
    """A customer with a card."""
    return await stack.add_member()


@pytest.fixture
async def newcomer(stack: WorkerStack) -> Member:
    """A person without a card."""
    return await stack.add_member(card=None)


@pytest.fixture
async def new_runner(stack: WorkerStack) -> Member:
    """An approved runner without an account."""
    return await stack.add_member(runner=True, ready=False, card=None)


@pytest.fixture
async def admin(stack: WorkerStack) -> Member:
    """An admin who has no part in any order."""
    return await new_admin(stack)


@pytest.fixture
async def runner(stack: WorkerStack) -> Member:
    """An approved runner with a ready account."""
    return await stack.add_member(runner=True, card=None)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[UnitOfWorkFactory]:
    """Units of work on a database without workers, for many at once."""
    async with database_without_queue(database_url, size=50) as database:
        yield database
