"""A furnished stand-in with the chat page in front of it, and a browser to open it in."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.page import running_page
from sandbox.page.views import View
from sandbox.telegram import running_telegram
from tests.browser import Browser, browsing, needs_browser
from tests.sandbox.page.window import BOT, Window
from tests.sandbox.telegram.desk import ANA, BEN, Desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A stand-in with one bot and three people, of whom Ana has started the bot."""
    async with running_telegram() as url, aiohttp.ClientSession() as session:
        furnished = Desk(url=url, session=session)
        await furnished.furnish()
        yield furnished


@pytest.fixture
async def page(desk: Desk) -> AsyncIterator[str]:
    """The address of a page that shows Ana's and Ben's chats with the bot."""
    views = (View(person=ANA, chat=BOT, role="orders"), View(person=BEN, chat=BOT, start="poster"))
    async with running_page(desk.url, views) as url:
        yield url


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests of the page; each has an address, and so a memory, of its own."""
    async with browsing(needs_browser()) as running:
        yield running


@pytest.fixture
async def window(desk: Desk, page: str, browser: Browser) -> AsyncIterator[Window]:
    """The page in a browser; no script may have gone wrong in the end."""
    tab = await browser.open(page, width=1200, height=800)
    opened = Window(tab=tab, desk=desk)
    await tab.until("() => document.querySelectorAll('.column').length === 2")
    yield opened
    assert tab.mistakes == []
    await tab.tell("Page.close")
