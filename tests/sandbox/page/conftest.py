"""The chat page for the Telegram stand-in, and a browser."""

from collections.abc import AsyncIterator

import pytest

from sandbox.page.chat_views import ChatView
from sandbox.page.page_server import running_page
from tests.sandbox.page.page_window import BOT, PageWindow
from tests.sandbox.telegram.telegram_client import ANA, BEN, TelegramClient
from tests.stack.browser import Browser, require_browser, running_browser


@pytest.fixture
async def page(client: TelegramClient) -> AsyncIterator[str]:
    """The address of a page that shows Ana's and Ben's chats with the bot."""
    views = (ChatView(person=ANA, chat=BOT, role="orders"), ChatView(person=BEN, chat=BOT, start="poster"))
    async with running_page(client.url, views) as url:
        yield url


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests of the page. Each page has an address of its own, so it has a storage of its own."""
    async with running_browser(require_browser()) as running:
        yield running


@pytest.fixture
async def window(client: TelegramClient, page: str, browser: Browser) -> AsyncIterator[PageWindow]:
    """The page in a browser. Fails when a script of the page failed."""
    tab = await browser.open(page, width=1200, height=800)
    opened = PageWindow(tab=tab, client=client)
    await tab.wait_for("() => document.querySelectorAll('.column').length === 2")
    yield opened
    assert tab.script_errors == []
    await tab.send_command("Page.close")
