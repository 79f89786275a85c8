"""A running Telegram stand-in with a bot and people, a new one for each test."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.telegram.telegram_server import running_telegram
from tests.sandbox.telegram.telegram_client import TelegramClient


@pytest.fixture
async def client() -> AsyncIterator[TelegramClient]:
    """A stand-in without state on disk, one bot, and three people, of whom Ana has started the bot."""
    async with running_telegram() as url, aiohttp.ClientSession() as session:
        furnished = TelegramClient(url, session)
        await furnished.set_up()
        yield furnished
