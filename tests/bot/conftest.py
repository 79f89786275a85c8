"""One running bot with webhooks for all tests of this folder; each test adds its own people."""

from collections.abc import AsyncIterator

import pytest

from sandbox.telegram.telegram_server import running_telegram
from tests.bot.conversation.dead_end_screens import find_dead_ends
from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.campus_setup import running_bot_stack
from tests.stack.delivered_order_setup import AdminChat, open_admin_chat
from tests.stack.shared_servers import SharedServers, drop_database, empty_redis_database, make_database


@pytest.fixture(scope="session")
async def telegram_url() -> AsyncIterator[str]:
    """The address of the Telegram stand-in."""
    async with running_telegram() as url:
        yield url


@pytest.fixture(scope="session")
async def stack(postgres_url: str, servers: SharedServers, telegram_url: str) -> AsyncIterator[BotStack]:
    """Two campuses and their bot."""
    database_url = await make_database(postgres_url, "campusg_test_bot")
    redis_url = empty_redis_database(servers.redis_url, 7)
    async with running_bot_stack(database_url, redis_url, telegram_url, webhooks=True) as ready:
        yield ready
        without = find_dead_ends((await ready.control_telegram("calls", "GET"))["calls"])
        assert not without, "screens without a way back:\n" + "\n".join(without)
    await drop_database(postgres_url, "campusg_test_bot")


@pytest.fixture
async def mei(stack: BotStack) -> BotUser:
    """A customer with a saved card."""
    return await stack.add_customer()


@pytest.fixture
async def ana(stack: BotStack) -> BotUser:
    """An approved runner."""
    return await stack.add_runner("Ana")


@pytest.fixture
async def sam(stack: BotStack) -> BotUser:
    """An admin of the campus north."""
    return await stack.add_admin()


@pytest.fixture
async def admin_chat(stack: BotStack) -> AsyncIterator[AdminChat]:
    """The admin chat of the campus north, bound for the length of a test."""
    async with open_admin_chat(stack) as opened:
        yield opened


@pytest.fixture(autouse=True)
async def restored_campuses(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Reset the campuses after each test, because tests change their chats, their pause and their invitation."""
    shared: BotStack | None = request.getfixturevalue("stack") if "stack" in request.fixturenames else None
    yield
    if shared is not None:
        await shared.restore_campuses()
