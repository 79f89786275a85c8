"""The stack of the check, shared by the tests of a module; a test leaves it as it was."""

from collections.abc import AsyncIterator

import pytest

from tests.stack.shared_servers import SharedServers
from tests.workers.check.check_stack import CheckStack, running_check_stack


@pytest.fixture(scope="module")
async def friendly(module_database_url: str, servers: SharedServers) -> AsyncIterator[CheckStack]:
    """A campus for which everything works."""
    async with running_check_stack(module_database_url, servers.redis_url) as stack:
        yield stack


@pytest.fixture
async def stack(friendly: CheckStack) -> AsyncIterator[CheckStack]:
    """The same for one test, which may make it unfriendly: afterwards it is as it was."""
    usual = await friendly.stripe.control_stripe("platform")
    yield friendly
    friendly.changed.clear()
    await friendly.stripe.control_stripe("platform", **usual)
    await friendly.stripe.clear_faults()
    await friendly.clear_telegram_faults()
    await friendly.make_telegram_friendly()
