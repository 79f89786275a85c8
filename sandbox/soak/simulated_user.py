"""A simulated person, who knows what buttons send, does not check before a tap, and sometimes taps twice."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from sandbox.play.observed_messages import ChatRef, ObservedMessage
from sandbox.play.sandbox_client import PlayError
from sandbox.play.stripe_page_forms import submit_page_form
from sandbox.soak.soak_context import SoakContext

MAX_MESSAGES_READ = 40  # further back nobody scrolls
DOUBLE_TAP_SHARE = 0.1  # of all taps
ORDER_NUMBER_PATTERN = re.compile(r"#(\d+)")
PIN_PATTERN = re.compile(r"PIN: (\d{4})\b")


@dataclass(frozen=True, slots=True)
class ButtonTarget:
    """A button and the message it belongs to."""

    message_id: int
    data: str
    subject: int


@dataclass(slots=True, kw_only=True)
class SimulatedUser:
    """A customer or a runner of one campus."""

    context: SoakContext
    user_id: int
    bot: str
    group: ChatRef
    rng: Random
    followed_links: set[str] = field(default_factory=set)

    @property
    def bot_chat(self) -> ChatRef:
        """The private chat with the bot."""
        return ChatRef(self.bot, self.user_id)

    @property
    def chats(self) -> frozenset[ChatRef]:
        """The chats this person can read."""
        return frozenset({self.bot_chat, self.group})

    def newest_messages(self, chat_ref: ChatRef | None = None) -> Iterator[ObservedMessage]:
        """The bot's messages, newest first."""
        messages = self.context.observer.messages[chat_ref or self.bot_chat]
        return islice((one for one in reversed(messages.values()) if one.by_bot), MAX_MESSAGES_READ)

    def find_button(
        self, action: str, subject: int | None = None, *, chat_ref: ChatRef | None = None
    ) -> ButtonTarget | None:
        """Return the newest button with this action, and with this subject if one is given."""
        for message in self.newest_messages(chat_ref):
            for one in message.buttons:
                if one.action == action and subject in (None, int(one.subject)):
                    return ButtonTarget(message.message_id, one.data or "", int(one.subject))
        return None

    def find_pin(self, order: int) -> str | None:
        """Return the PIN in the order's message."""
        found = (PIN_PATTERN.search(one.text) for one in self.newest_messages() if f"#{order}" in one.text)
        return next((pin[1] for pin in found if pin), None)

    def find_order_number(self, above: int) -> int | None:
        """Return the lowest order number above this one."""
        texts = (one.text for one in self.newest_messages())
        new_numbers = {
            int(number) for text in texts for number in ORDER_NUMBER_PATTERN.findall(text) if int(number) > above
        }
        return min(new_numbers, default=None)

    def find_link(self, path: str) -> str | None:
        """Return a link with this path that was not followed yet."""
        links = (one.link for message in self.newest_messages() for one in message.buttons)
        return next((one for one in links if one and path in one and one not in self.followed_links), None)

    async def press(self, action: str, subject: int | None = None, version: int = 1) -> None:
        """Tap the button with this action. When it cannot be seen, send what its tap would send."""
        chat_refs = (self.bot_chat, self.group)
        found = (
            (chat_ref, button_target)
            for chat_ref in chat_refs
            if (button_target := self.find_button(action, subject, chat_ref=chat_ref))
        )
        chat_ref, button_target = next(found, (self.bot_chat, None))
        messages = self.context.observer.messages[self.bot_chat].values()
        # The first message is the greeting. An answer to a menu replaces the message that was tapped, and that must not
        # happen to an order message.
        last = next((one for one in messages if one.by_bot), None)
        if button_target is not None:
            await self.tap(chat_ref, button_target.message_id, button_target.data)
        elif last is not None:
            await self.tap(chat_ref, last.message_id, f"v1:{action}:{subject or 0}:{version}")

    async def tap(self, chat_ref: ChatRef, message: int, data: str) -> None:
        """Send what a button sends, sometimes twice."""
        chat = chat_ref.chat if chat_ref.chat.startswith("@") else int(chat_ref.chat)
        tap_body = {"from": self.user_id, "chat": chat, "message_id": message, "data": data}
        times = 2 if self.rng.random() < DOUBLE_TAP_SHARE else 1
        self.context.action_counts["taps"] += times
        self.context.action_counts["double taps"] += times - 1
        with suppress(PlayError):  # the message may be deleted by now
            for _ in range(times):
                await self.context.telegram.post("/sim/taps", tap_body)

    async def type_text(self, text: str) -> None:
        """Write a line to the bot."""
        self.context.action_counts["lines typed"] += 1
        await self.context.telegram.post("/sim/messages", {"from": self.user_id, "chat": self.bot, "text": text})

    async def send_photo(self) -> None:
        """Send a photo."""
        self.context.action_counts["photos sent"] += 1
        body = {"from": self.user_id, "chat": self.bot, "text": "", "photo": True}
        await self.context.telegram.post("/sim/messages", body)

    async def submit_stripe_page(self, link: str, button: str, **field_values: str) -> None:
        """Submit one of Stripe's pages. A page that is no longer valid is ignored."""
        self.followed_links.add(link)
        try:
            await submit_page_form(self.context.stripe.session, link, button, **field_values)
        except PlayError:
            self.context.action_counts["pages that had lapsed"] += 1

    async def block_bot(self) -> None:
        """Block the bot."""
        self.context.action_counts["blocked the bot"] += 1
        self.context.users_who_blocked.add(self.user_id)
        await self.context.telegram.post("/sim/block", {"user": self.user_id, "bot": self.bot})

    async def unblock_bot(self) -> None:
        """Unblock the bot, and write to it."""
        await self.context.telegram.post("/sim/unblock", {"user": self.user_id, "bot": self.bot})
        await self.type_text("/start")
