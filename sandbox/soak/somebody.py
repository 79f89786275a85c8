"""A person with a phone who knows what the buttons send: taps without looking twice, and sometimes taps twice."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from sandbox.play.pages import press_on_page
from sandbox.play.sights import Message, Place
from sandbox.play.wire import PlayError
from sandbox.soak.city import City

LOOKS_BACK = 40  # messages; nobody scrolls further
TWICE = 0.1  # of all taps
NUMBER = re.compile(r"#(\d+)")
PIN = re.compile(r"PIN: (\d{4})\b")


@dataclass(frozen=True, slots=True)
class Seen:
    """A button where it stands."""

    message: int
    data: str
    subject: int


@dataclass(slots=True, kw_only=True)
class Somebody:
    """A customer or a runner of one campus."""

    city: City
    number: int
    bot: str
    group: Place
    dice: Random
    followed: set[str] = field(default_factory=set)

    @property
    def chat(self) -> Place:
        """The chat with the bot."""
        return Place(self.bot, self.number)

    @property
    def places(self) -> frozenset[Place]:
        """Where something can be seen."""
        return frozenset({self.chat, self.group})

    def newest(self, place: Place | None = None) -> Iterator[Message]:
        """The bot's messages, the last one first."""
        messages = self.city.eyes.messages[place or self.chat]
        return islice((one for one in reversed(messages.values()) if one.by_bot), LOOKS_BACK)

    def button(self, action: str, subject: int | None = None, *, place: Place | None = None) -> Seen | None:
        """The lowest button with this action, about this very thing if one is named."""
        for message in self.newest(place):
            for one in message.buttons:
                if one.action == action and subject in (None, int(one.subject)):
                    return Seen(message.number, one.data or "", int(one.subject))
        return None

    def reads_pin(self, order: int) -> str | None:
        """The PIN on the card of an order."""
        found = (PIN.search(one.text) for one in self.newest() if f"#{order}" in one.text)
        return next((pin[1] for pin in found if pin), None)

    def reads_number(self, above: int) -> int | None:
        """The least order's number above one that was known before."""
        texts = (one.text for one in self.newest())
        fresh = {int(number) for text in texts for number in NUMBER.findall(text) if int(number) > above}
        return min(fresh, default=None)

    def link(self, path: str) -> str | None:
        """A link that leads there and was not followed yet."""
        links = (one.link for message in self.newest() for one in message.buttons)
        return next((one for one in links if one and path in one and one not in self.followed), None)

    async def press(self, action: str, subject: int | None = None, version: int = 1) -> None:
        """Tap the button with this action; one that can't be seen is pressed all the same, by what it would send."""
        places = (self.chat, self.group)
        found = ((place, seen) for place in places if (seen := self.button(action, subject, place=place)))
        place, seen = next(found, (self.chat, None))
        messages = self.city.eyes.messages[self.chat].values()
        # The greeting: a menu's answer takes the place of the message it was tapped on, and no card may go so.
        last = next((one for one in messages if one.by_bot), None)
        if seen is not None:
            await self.tap(place, seen.message, seen.data)
        elif last is not None:
            await self.tap(place, last.number, f"v1:{action}:{subject or 0}:{version}")

    async def tap(self, place: Place, message: int, data: str) -> None:
        """Send what a button sends, now and then twice."""
        chat = place.chat if place.chat.startswith("@") else int(place.chat)
        press = {"from": self.number, "chat": chat, "message_id": message, "data": data}
        times = 2 if self.dice.random() < TWICE else 1
        self.city.did["taps"] += times
        self.city.did["double taps"] += times - 1
        with suppress(PlayError):  # the message may be gone by now
            for _ in range(times):
                await self.city.telegram.post("/sim/taps", press)

    async def says(self, text: str) -> None:
        """Write a line to the bot."""
        self.city.did["lines typed"] += 1
        await self.city.telegram.post("/sim/messages", {"from": self.number, "chat": self.bot, "text": text})

    async def shows(self) -> None:
        """Send a photo."""
        self.city.did["photos sent"] += 1
        body = {"from": self.number, "chat": self.bot, "text": "", "photo": True}
        await self.city.telegram.post("/sim/messages", body)

    async def follows(self, link: str, button: str, **typed: str) -> None:
        """Open one of Stripe's pages and press its button; a page that is no good any more is left."""
        self.followed.add(link)
        try:
            await press_on_page(self.city.stripe.session, link, button, **typed)
        except PlayError:
            self.city.did["pages that had lapsed"] += 1

    async def blocks(self) -> None:
        """Block the bot."""
        self.city.did["blocked the bot"] += 1
        self.city.blocked.add(self.number)
        await self.city.telegram.post("/sim/block", {"user": self.number, "bot": self.bot})

    async def unblocks(self) -> None:
        """Let the bot write again, and write to it."""
        await self.city.telegram.post("/sim/unblock", {"user": self.number, "bot": self.bot})
        await self.says("/start")
