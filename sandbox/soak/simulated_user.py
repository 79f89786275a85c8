"""A simulated user, who knows what buttons send, does not check before a tap, and sometimes taps twice."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from sandbox.people.control_clients import PlayError
from sandbox.people.observed_messages import ChatRef
from sandbox.people.person import ORDER_NUMBER_PATTERN, Person
from sandbox.people.stripe_page_forms import submit_page_form
from sandbox.soak.soak_context import SoakContext

RETRY_AFTER_SECONDS = 15.0  # how long people wait for an effect before they tap again
DOUBLE_TAP_SHARE = 0.1  # of all taps

Fact = TypeVar("Fact")


@dataclass(slots=True, kw_only=True)
class SimulatedUser(Person):
    """A customer or a runner of one campus. Both read the group of the runners too."""

    context: SoakContext
    rng: Random

    def __post_init__(self) -> None:
        """Add the group to the chats."""
        Person.__post_init__(self)
        self.chats |= {self.group}

    @property
    def group(self) -> ChatRef:
        """The group of the runners."""
        return ChatRef(str(self.campus.runner_group))

    @property
    def texts(self) -> list[str]:
        """The texts of the bot's messages in the private chat, newest first."""
        return [one.text for one in self.seen_messages((self.bot_chat,))]

    def new_order_number(self, above: int) -> int | None:
        """Return the lowest order number above this one."""
        numbers = {int(number) for text in self.texts for number in ORDER_NUMBER_PATTERN.findall(text)}
        return min((number for number in numbers if number > above), default=None)

    async def press(self, action: str, subject: int | None = None, version: int = 1) -> None:
        """Tap the button with this action, sometimes twice. When it cannot be seen, send what its tap would send."""
        seen = self.seen_button(action, subject_id=subject)
        # The first message is the greeting. An answer to a menu replaces the message that was tapped, and that must not
        # happen to an order message.
        greeting = next((one for one in self.observer.messages[self.bot_chat].values() if one.by_bot), None)
        message = seen.message if seen else greeting
        if message is None:
            return
        data = seen.button.data if seen else f"v1:{action}:{subject or 0}:{version}"
        times = 2 if self.rng.random() < DOUBLE_TAP_SHARE else 1
        self.actions["taps"] += times
        self.actions["double taps"] += times - 1
        with suppress(PlayError):  # the message may be deleted by now
            for _ in range(times):
                await self.telegram.tap(self.user_id, message.chat_ref.chat, message.message_id, data)

    async def submit_stripe_page(self, link: str, button: str, **field_values: str) -> None:
        """Submit one of Stripe's pages. A page that is no longer valid is ignored."""
        self.followed_links.add(link)
        try:
            await submit_page_form(self.telegram.session, link, button, **field_values)
        except PlayError:
            self.actions["pages that had lapsed"] += 1

    async def block_bot(self) -> None:
        """Block the bot."""
        self.actions["blocked the bot"] += 1
        self.context.users_who_blocked.add(self.user_id)
        await self.telegram.post("block", user=self.user_id, bot=self.campus.bot)

    async def unblock_bot(self) -> None:
        """Unblock the bot, and write to it."""
        await self.telegram.post("unblock", user=self.user_id, bot=self.campus.bot)
        await self.type_text("/start")

    async def start_bot(self) -> None:
        """Follow the campus' invite link until the bot answers."""
        await self.retry_until(
            lambda: self.type_text(f"/start {self.campus.invite_code}"),
            lambda: self.seen_button("deliver_food"),
            "is greeted",
        )

    async def retry_until(
        self,
        action: Callable[[], Awaitable[object]],
        find_in_chat: Callable[[], Fact | None],
        expected: str,
        *,
        order_id: int = 0,
        find_in_database: Callable[[], Awaitable[Fact | None]] | None = None,
        chats: frozenset[ChatRef] | None = None,
    ) -> Fact:
        """Act, wait for the effect in this person's or these chats, and act again when it does not come.

        After each timeout `find_in_database` looks for the effect in the database. Raise NotSettledError when nothing
        helped until the deadline.
        """
        sentence = f"{self.name} {self.user_id} {expected}" + (f" (order #{order_id})" if order_id else "")
        while True:
            await action()
            try:
                return await self.observer.wait_until(
                    find_in_chat, sentence, chats or self.chats, timeout=RETRY_AFTER_SECONDS
                )
            except PlayError as failure:
                self.actions["had to try again"] += 1
                if find_in_database is not None and (fact := await find_in_database()) is not None:
                    return fact
                self.context.require_time(str(failure), order_id)

    async def has_status(self, order: int, statuses: Collection[str]) -> bool | None:
        """Return True when the order has one of these statuses in the database, otherwise None."""
        return (await self.context.order(order))["status"] in statuses or None
