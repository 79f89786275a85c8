"""Tests of the chat page in a real browser: an order from the start to the paid runner, and the layout on a phone."""

import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sandbox.launch.campuses import Campus, PersonAccount
from sandbox.page.chat_views import ChatView
from sandbox.page.page_server import running_page
from sandbox.people.customer import GOOD_CARD
from sandbox.people.populated_stack import PopulatedStack
from tests.stack.browser import Browser, BrowserTab, require_browser, running_browser
from tests.stack.shared_servers import PROJECT

pytestmark = pytest.mark.long

ARTEFACTS = Path(os.environ.get("ARTEFACTS", PROJECT / ".data" / "artefacts"))
BUTTON_CHOICES = {"building": "Science Library", "drop_point": "", "fee": "2.00", "tip": ""}  # on the way to the review
LOCAL_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """One column of the page: a chat, as its person sees it."""

    tab: BrowserTab
    person: PersonAccount
    chat: str | int

    @property
    def column(self) -> str:
        """The selector of the column."""
        return f'.column[data-person="{self.person.id}"][data-chat="{self.chat}"]'

    def key(self, *actions: str) -> str:
        """Return the selector of buttons with one of these actions."""
        return ", ".join(f'{self.column} .key[data-callback^="v1:{action}:"]' for action in actions)

    async def start(self) -> None:
        """Click the start button of a chat that is empty."""
        await self.tab.press(f"{self.column} .foot-big")

    async def write(self, text: str) -> None:
        """Type a line and send it."""
        await self.tab.type_text(f"{self.column} textarea", text, enter=True)

    async def tap(self, action: str, words: str = "") -> None:
        """Click the newest button with this action, wait for the answer, and close a dialog if one opened."""
        await self.tab.press(self.key(action), words)
        await self.tab.wait_for("() => window.pressed.ariaBusy === 'false'")
        if await self.tab.evaluate("() => Boolean(document.querySelector('dialog[open]'))"):
            await self.tab.press("dialog[open] button", "OK")

    async def choose_until(self, goal: str) -> None:
        """Answer the questions of the menu, in any order, until a button with the action `goal` exists."""
        while (
            data := await self.tab.wait_for(OFFERED_BUTTONS_SCRIPT, f"{self.column} .key", {**BUTTON_CHOICES, goal: ""})
        ).split(":")[1] != goal:
            await self.tab.press(f'{self.column} .key[data-callback="{data}"]')
            await self.tab.wait_for("() => !window.pressed.isConnected")

    async def follow_link(self, path: str) -> BrowserTab:
        """Click the newest button that links to this path, and go to that page."""
        await self.tab.press(f'{self.column} a.key[href*="{path}"]')
        return await self.tab.browser.wait_for_tab(path)

    async def wait_for_text(self, pattern: str) -> re.Match[str]:
        """Wait until the bot has sent a text with this pattern."""
        script = "(log, said) => document.querySelector(log).innerText.match(new RegExp(said))?.[0]"
        found = re.search(pattern, await self.tab.wait_for(script, f"{self.column} .log", pattern))
        assert found is not None
        return found


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser with an empty profile, which calls no other machine."""
    async with running_browser(require_browser()) as running:
        yield running
        asked = {address for address in running.requested_urls if not address.startswith(("data:", "blob:", "about:"))}
        assert {urlsplit(address).hostname for address in asked} == {LOCAL_HOST}


async def test_an_order_is_played_through_the_page_from_the_first_word_to_paid(
    stack: PopulatedStack, browser: Browser
) -> None:
    campus = stack.campuses["south"]
    customer, runner = await stack.new_customer(campus), campus.next_runner()
    chats = (
        (customer, campus.bot),
        (runner, campus.bot),
        (runner, campus.runner_group),
        (campus.admin, campus.admin_chat),
    )
    async with running_page(stack.launched.telegram_url, views_of(campus, *chats)) as url:
        tab = await browser.open(url, width=1600, height=1000)
        mei, ana, group, _ = (PersonView(tab=tab, person=person, chat=chat) for person, chat in chats)
        await place_first_order(mei)
        await onboard_runner(ana)
        await group.tap("claim")
        await ana.tap("bought")
        await tab.save_screenshot(ARTEFACTS / "page-order.png")
        await ana.tap("bought_estimate")
        await ana.tap("picked_up")
        await ana.tap("here")
        await ana.write((await mei.wait_for_text(r"PIN: (\d{4})"))[1])
        await mei.wait_for_text("delivered and paid")
        await ana.wait_for_text("was sent")
        await tab.save_screenshot(ARTEFACTS / "page-paid.png")
        assert tab.script_errors == []
        assert await tab.evaluate(UNNAMED_CONTROLS_SCRIPT) == []
        await browser.wait_for_single_tab(tab)  # Stripe's pages closed by themselves


async def place_first_order(mei: PersonView) -> None:
    """Follow the invite link, save a card and place an order that looks for a runner."""
    await mei.start()
    await mei.tap("order_food")
    await mei.tap("store", "Koufu")
    await mei.tap("menu_item", "Laksa")
    await mei.tap("items_done")
    await mei.choose_until("place")
    await mei.tap("place")
    checkout = await mei.follow_link("/pay/checkout/")
    await checkout.type_text("input[name=number]", GOOD_CARD)
    await checkout.press("button", "Save card")
    await mei.wait_for_text("looking for a runner")


async def onboard_runner(ana: PersonView) -> None:
    """Send /start and set up an account that can receive money."""
    await ana.start()
    await ana.tap("deliver_food")
    await ana.tap("set_up_payout")
    onboarding = await ana.follow_link("/pay/onboarding/")
    await onboarding.press("button", "Finish onboarding")
    await ana.wait_for_text("pay-out is ready")


# Returns the data of the first button that is a choice: its label fits, and its subject is positive, so it is no page
# number.
OFFERED_BUTTONS_SCRIPT = """(keys, choices) => [...document.querySelectorAll(keys)].find((key) => {
  const [, action, subject] = (key.dataset.callback ?? '').split(':');
  return action in choices && Number(subject) > 0 && key.textContent.includes(choices[action]);
})?.dataset.callback"""

# Finds buttons, links and fields without a label for a screen reader.
UNNAMED_CONTROLS_SCRIPT = """() => [...document.querySelectorAll('button, a, input, textarea, select')]
  .filter((one) => one.checkVisibility() && !(one.ariaLabel ?? one.textContent.trim()) && !one.labels?.length)
  .map((one) => one.outerHTML)"""


async def test_a_phone_shows_one_chat_at_a_time_and_tabs_lead_to_the_others(
    stack: PopulatedStack, browser: Browser
) -> None:
    campus = stack.campuses["south"]
    chats = (await stack.new_customer(campus), campus.bot), (campus.next_runner(), campus.bot)
    async with running_page(stack.launched.telegram_url, views_of(campus, *chats)) as url:
        tab = await browser.open(url, width=390, height=844, phone=True)
        mei, ana = (PersonView(tab=tab, person=person, chat=chat) for person, chat in chats)
        await mei.start()
        await mei.tap("order_food")
        await tab.wait_for(VISIBLE_SCRIPT, str(mei.person.id))
        await tab.save_screenshot(ARTEFACTS / "page-phone.png")
        await tab.press(f'.tab[data-person="{ana.person.id}"]')
        await tab.wait_for(VISIBLE_SCRIPT, str(ana.person.id))
        await ana.start()
        assert await tab.evaluate("() => document.documentElement.scrollWidth") <= 390
        assert tab.script_errors == []


# Whether this person's chat is fully visible, and no other.
VISIBLE_SCRIPT = """(person) => [...document.querySelectorAll('.column')].every((one) => {
  const { left, right } = one.getBoundingClientRect();
  return (left >= -1 && right <= innerWidth + 1) === (one.dataset.person === person);
})"""


def views_of(campus: Campus, *chats: tuple[PersonAccount, str | int]) -> tuple[ChatView, ...]:
    """Return a view for each chat. Its people came by the campus' invite link."""
    return tuple(ChatView(person=person.id, chat=chat, start=campus.invite_code) for person, chat in chats)
