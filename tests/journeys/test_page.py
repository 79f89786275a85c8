"""The chat page in a real browser: an order from the first word to paid money, and what fits on a phone."""

import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sandbox.launch.people import Group, Person
from sandbox.page import running_page
from sandbox.page.views import View
from sandbox.play.scenes.parts import GOOD_CARD, INVITATION
from tests.browser import Browser, Tab, browsing, needs_browser
from tests.journeys.town import Town
from tests.servers import PROJECT

ARTEFACTS = Path(os.environ.get("ARTEFACTS", PROJECT / ".data" / "artefacts"))
CHOICES = {"building": "Science Library", "drop_point": "", "fee": "2.00", "tip": ""}  # on the way to the review
LOCAL = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One column of the page: a chat, as the person whose it is looks at it."""

    tab: Tab
    person: Person
    chat: str | int

    @property
    def column(self) -> str:
        """Where it is on the page."""
        return f'.column[data-person="{self.person.id}"][data-chat="{self.chat}"]'

    def key(self, *actions: str) -> str:
        """Buttons that ask for one of these."""
        return ", ".join(f'{self.column} .key[data-callback^="v1:{action}:"]' for action in actions)

    async def starts(self) -> None:
        """Press the big button of a chat that has not begun."""
        await self.tab.press(f"{self.column} .foot-big")

    async def writes(self, text: str) -> None:
        """Type a line and send it."""
        await self.tab.write(f"{self.column} textarea", text, enter=True)

    async def taps(self, action: str, words: str = "") -> None:
        """Press the newest button that asks for this, wait for the answer, and read it away when it is a dialog."""
        await self.tab.press(self.key(action), words)
        await self.tab.until("() => window.pressed.ariaBusy === 'false'")
        if await self.tab.look("() => Boolean(document.querySelector('dialog[open]'))"):
            await self.tab.press("dialog[open] button", "OK")

    async def chooses_until(self, goal: str) -> None:
        """Answer what the menu asks, in whatever order it does, until it offers this."""
        while (data := await self.tab.until(OFFERED, f"{self.column} .key", {**CHOICES, goal: ""})).split(":")[
            1
        ] != goal:
            await self.tab.press(f'{self.column} .key[data-callback="{data}"]')
            await self.tab.until("() => !window.pressed.isConnected")

    async def follows(self, path: str) -> Tab:
        """Press the newest button that leads to this page, and go there."""
        await self.tab.press(f'{self.column} a.key[href*="{path}"]')
        return await self.tab.browser.tab_at(path)

    async def reads(self, pattern: str) -> re.Match[str]:
        """Wait until the chat's bot has said something like this."""
        script = "(log, said) => document.querySelector(log).innerText.match(new RegExp(said))?.[0]"
        found = re.search(pattern, await self.tab.until(script, f"{self.column} .log", pattern))
        assert found is not None
        return found


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser with no memory; asks no other machine for anything."""
    async with browsing(needs_browser()) as running:
        yield running
        asked = {address for address in running.asked if not address.startswith(("data:", "blob:", "about:"))}
        assert {urlsplit(address).hostname for address in asked} == {LOCAL}


async def test_an_order_is_played_through_the_page_from_the_first_word_to_paid(town: Town, browser: Browser) -> None:
    troupe = town.troupe("south")
    bot, runners, admins = f"@{troupe.campus.bot.username}", troupe.campus.runners, troupe.campus.admins
    views = views_of((troupe.mei, bot), (troupe.ana, bot), (troupe.ana, runners), (troupe.sam, admins))
    async with running_page(town.stack.telegram_url, views) as url:
        tab = await browser.open(url, width=1600, height=1000)
        mei, ana = Look(tab=tab, person=troupe.mei, chat=bot), Look(tab=tab, person=troupe.ana, chat=bot)
        group = Look(tab=tab, person=troupe.ana, chat=runners.id)
        await orders(mei)
        await gets_ready(ana)
        await group.taps("claim")
        await ana.taps("bought")
        await tab.photograph(ARTEFACTS / "page-order.png")
        await ana.taps("bought_estimate")
        await ana.taps("picked_up")
        await ana.taps("here")
        await ana.writes((await mei.reads(r"PIN: (\d{4})"))[1])
        await mei.reads("delivered and paid")
        await ana.reads("was sent")
        await tab.photograph(ARTEFACTS / "page-paid.png")
        assert tab.mistakes == []
        assert await tab.look(NAMELESS) == []
        await browser.is_alone(tab)  # Stripe's pages went by themselves


async def orders(mei: Look) -> None:
    """From the link on the poster to an order that looks for a runner, a card saved on the way."""
    await mei.starts()
    await mei.taps("order_food")
    await mei.taps("store", "Koufu")
    await mei.taps("menu_item", "Laksa")
    await mei.taps("items_done")
    await mei.chooses_until("place")
    await mei.taps("place")
    checkout = await mei.follows("/pay/checkout/")
    await checkout.write("input[name=number]", GOOD_CARD)
    await checkout.press("button", "Save card")
    await mei.reads("looking for a runner")


async def gets_ready(ana: Look) -> None:
    """From the first word to an account that money can be sent to."""
    await ana.starts()
    await ana.taps("deliver_food")
    await ana.taps("set_up_payout")
    onboarding = await ana.follows("/pay/onboarding/")
    await onboarding.press("button", "Finish onboarding")
    await ana.reads("pay-out is ready")


# What the first button sends that is a choice: it says the words, and its number is no page.
OFFERED = """(keys, choices) => [...document.querySelectorAll(keys)].find((key) => {
  const [, action, subject] = (key.dataset.callback ?? '').split(':');
  return action in choices && Number(subject) > 0 && key.textContent.includes(choices[action]);
})?.dataset.callback"""

# Buttons, links and fields that say nothing to somebody who can't see them.
NAMELESS = """() => [...document.querySelectorAll('button, a, input, textarea, select')]
  .filter((one) => one.checkVisibility() && !(one.ariaLabel ?? one.textContent.trim()) && !one.labels?.length)
  .map((one) => one.outerHTML)"""


async def test_a_phone_shows_one_chat_at_a_time_and_tabs_lead_to_the_others(town: Town, browser: Browser) -> None:
    troupe = town.troupe("south")
    bot = f"@{troupe.campus.bot.username}"
    async with running_page(town.stack.telegram_url, views_of((troupe.mei, bot), (troupe.ana, bot))) as url:
        tab = await browser.open(url, width=390, height=844, phone=True)
        mei, ana = Look(tab=tab, person=troupe.mei, chat=bot), Look(tab=tab, person=troupe.ana, chat=bot)
        await mei.starts()
        await mei.taps("order_food")
        await tab.until(IN_SIGHT, str(troupe.mei.id))
        await tab.photograph(ARTEFACTS / "page-phone.png")
        await tab.press(f'.tab[data-person="{troupe.ana.id}"]')
        await tab.until(IN_SIGHT, str(troupe.ana.id))
        await ana.starts()
        assert await tab.look("() => document.documentElement.scrollWidth") <= 390
        assert tab.mistakes == []


# Whether this person's chat is wholly in sight, and no other.
IN_SIGHT = """(person) => [...document.querySelectorAll('.column')].every((one) => {
  const { left, right } = one.getBoundingClientRect();
  return (left >= -1 && right <= innerWidth + 1) === (one.dataset.person === person);
})"""


def views_of(*chats: tuple[Person, str | Group]) -> tuple[View, ...]:
    """What the page shows: these chats, whose people came by the campus' link."""
    return tuple(
        View(person=person.id, chat=chat if isinstance(chat, str) else chat.id, start=INVITATION)
        for person, chat in chats
    )
