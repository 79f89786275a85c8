"""Tests of the console in a real browser: an admin opens it as Telegram does, on a screen and on a phone."""

import os
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from domain.orders.states import Bearer
from sandbox.page.chat_views import ChatView, WebAppLink
from sandbox.page.page_server import running_page
from sandbox.telegram.telegram_server import running_telegram
from tests.console.conftest import TOKEN, ConsoleStack
from tests.sandbox.telegram.telegram_client import USERNAME, TelegramClient
from tests.scenarios.customer_debt_setup import owed_order
from tests.scenarios.refund_setup import complete_refund, completed_order, deliver_dispute
from tests.stack.browser import require_browser, running_browser
from tests.stack.shared_servers import PROJECT

pytestmark = pytest.mark.drill

ARTEFACTS = Path(os.environ.get("ARTEFACTS", PROJECT / ".data" / "artefacts"))
SIZES = {"screen": (1280, 1400, False), "phone": (390, 2200, True)}
OVERFLOW_SCRIPT = """() => [...document.querySelectorAll('main *')]
  .filter((one) => !one.closest('.scroll, svg'))
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((one) => one.tagName + ' ' + one.textContent.slice(0, 40))"""
CUT_TABLES_SCRIPT = """() => [...document.querySelectorAll('.scroll')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.textContent.slice(0, 40))"""
TROUBLES = (
    "INSERT INTO discrepancy (campus_id, kind, subject, order_id, local_value, remote_value, currency)"
    " VALUES (:campus, 'amount_mismatch', 'pi_fzGuD7uUXyBgPzqh75HHHksh', :order, 1130, 1030, 'sgd'),"
    " (:campus, 'balance_mismatch', 'sgd', NULL, 1230, 1130, 'sgd')",
    "INSERT INTO dead_letter (campus_id, kind, subject, order_id, shown, tries, error) VALUES (:campus,"
    " 'notification', '1', :order, 'refunded, to the customer', 8, 'BadRequest: chat not found')",
)


@pytest.fixture(scope="module")
async def troubled(console: ConsoleStack) -> ConsoleStack:
    """The console of a campus whose ledger differs from Stripe, and with a dead letter."""
    place = console.place
    refunded = await completed_order(place, await place.add_member(runner=True))
    await complete_refund(place, refunded, 300, Bearer.RUNNER)
    await owed_order(place, await place.add_member())
    await deliver_dispute(place, await completed_order(place, await place.add_member(runner=True)))
    for statement in TROUBLES:
        await place.sql(statement, campus=place.campus.id, order=console.paid.id)
    return console


@pytest.mark.parametrize("size", SIZES)
async def test_an_admin_reads_every_page(troubled: ConsoleStack, size: str) -> None:
    console = troubled
    width, height, phone = SIZES[size]
    signed = quote(console.sign(console.sam.person_id), safe="")
    async with running_browser(require_browser()) as browser:
        door = f"{console.home}/#tgWebAppData={signed}&tgWebAppVersion=9.1"
        tab = await browser.open(door, width=width, height=height, phone=phone)
        await tab.wait_for("() => document.body?.innerText.includes('Open orders')")
        assert "tgWebAppData" not in await tab.evaluate("() => location.href")
        for page, words in (
            ("", "Runners of 24 hours"),
            (f"orders/{console.paid.id}", "The runner was paid."),
            (f"orders/{console.waiting.id}", "What comes by itself"),
            ("money", "Stripe has S$1.00 less than the ledger."),
            ("engine", "8 tries, since"),
        ):
            await tab.send_command("Page.navigate", url=f"{console.home}/{page}")
            await tab.wait_for("(words) => document.body?.innerText.includes(words)", words)
            await tab.save_screenshot(ARTEFACTS / f"console-{size}-{page.replace('/', '-') or 'today'}.png")
            assert await tab.evaluate(OVERFLOW_SCRIPT) == []
            assert await tab.evaluate(CUT_TABLES_SCRIPT) == []
            assert await tab.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
            assert tab.script_errors == []
        foreign = {url for url in browser.requested_urls if not url.startswith((console.url, "about:", "data:"))}
        assert foreign == set()


async def test_an_open_order_is_followed_as_it_happens(console: ConsoleStack) -> None:
    place, signed = console.place, quote(console.sign(console.sam.person_id), safe="")
    order = await place.open_order(await place.add_member())
    async with running_browser(require_browser()) as browser:
        tab = await browser.open(f"{console.home}/orders/{order.id}#tgWebAppData={signed}", width=1000, height=900)
        await tab.wait_for("() => document.querySelector('h1')?.innerText.includes('looking for a runner')")
        await tab.press("summary")
        ana = await place.add_member(runner=True)
        await place.claim(ana, order)
        await tab.wait_for("() => document.querySelector('h1')?.innerText.includes('taken')")
        assert await tab.evaluate("() => document.querySelectorAll('details[open]').length") == 1


async def test_a_login_that_is_refused_says_why(console: ConsoleStack) -> None:
    signed = quote(console.sign(console.sam.person_id, age=7200), safe="")
    async with running_browser(require_browser()) as browser:
        tab = await browser.open(f"{console.home}/#tgWebAppData={signed}", width=390, height=700, phone=True)
        await tab.wait_for("() => document.body?.innerText.includes('This link is not valid any more')")


async def test_both_ways_from_the_chats_lead_into_the_console(console: ConsoleStack) -> None:
    """The button under a message of the bot, and the link in the head of the demo's page."""
    sam, bot = console.sam.person_id, f"@{USERNAME}"
    async with running_telegram() as telegram, aiohttp.ClientSession() as session:
        client = TelegramClient(telegram, session, TOKEN)
        await client.post("users", id=sam, first_name="Sam", language_code="en")
        await client.post("bots", token=TOKEN, username=USERNAME, name="CampusG")
        await client.send_text(sam, "/start", bot)
        button = {"text": "Open the console", "web_app": {"url": f"{console.home}/orders/{console.paid.id}"}}
        await client.bot_result("sendMessage", chat_id=sam, text="x", reply_markup={"inline_keyboard": [[button]]})
        link = WebAppLink(person=sam, bot=bot, label="Console, as Sam", url=f"{console.home}/")
        async with (
            running_page(telegram, (ChatView(person=sam, chat=bot),), link) as page,
            running_browser(require_browser()) as browser,
        ):
            tab = await browser.open(page, width=1000, height=800)
            for press, words in ((".column .key", "What happened"), ("header button", "Open orders")):
                await tab.press(press, "onsole")
                opened = await browser.wait_for_tab("/console/")
                await opened.wait_for("(words) => document.body?.innerText.includes(words)", words)
                assert opened.script_errors == []
                await opened.send_command("Page.close")
                await browser.wait_for_single_tab(tab)
