"""One person with a phone, who reads the chats, types, taps buttons that exist, and follows links."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from sandbox.launch.campuses import Campus, PersonAccount
from sandbox.launch.stack import ignore_output
from sandbox.people.chat_observer import ChatObserver
from sandbox.people.control_clients import TAP_ANSWER_TIMEOUT_SECONDS, PlayError, TelegramControl
from sandbox.people.observed_messages import ChatRef, ObservedMessage, SeenButton, TapAnswer
from sandbox.people.stripe_page_forms import submit_page_form

MESSAGE_TIMEOUT_SECONDS = 20.0  # long, because machines under test are slow
ORDER_NUMBER_PATTERN = re.compile(r"#(\d+)")

Fact = TypeVar("Fact")


@dataclass(slots=True, kw_only=True)
class Person:
    """A person at one campus. `actions` counts what they did, by kind."""

    account: PersonAccount
    campus: Campus
    observer: ChatObserver
    narrate_action: Callable[[str], None] = ignore_output
    actions: Counter[str] = field(default_factory=Counter)
    # The edits of each message when it was last tapped.
    edits_when_tapped: dict[tuple[ChatRef, int], int] = field(default_factory=dict)
    followed_links: set[str] = field(default_factory=set)
    chats: frozenset[ChatRef] = field(init=False)  # every chat this person can read

    def __post_init__(self) -> None:
        """Collect the chats: the private one with the bot, and the groups of a runner or an admin."""
        groups = self.campus.groups_of(self.account)
        self.chats = frozenset({self.bot_chat, *(ChatRef(str(group)) for group in groups)})

    @property
    def name(self) -> str:
        """Their first name."""
        return self.account.first_name

    @property
    def user_id(self) -> int:
        """The id of their account."""
        return self.account.id

    @property
    def telegram(self) -> TelegramControl:
        """The stand-in that this person uses."""
        return self.observer.telegram

    @property
    def bot_chat(self) -> ChatRef:
        """The private chat with the bot."""
        return ChatRef(self.campus.bot, self.user_id)

    async def type_text(
        self, text: str, *, in_group: int | None = None, reply_to: ObservedMessage | None = None
    ) -> None:
        """Write a line to the bot, or into a group, or in reply to a message."""
        self.actions["lines typed"] += 1
        target = {} if reply_to is None else {"reply_to": reply_to.message_id}
        await self.telegram.write(self.user_id, in_group or self.campus.bot, text, **target)

    async def send_photo(self, caption: str = "") -> None:
        """Send a photo to the bot."""
        self.actions["photos sent"] += 1
        self.narrate_action(f"{self.name} sends a photo" + (f" with {caption!r}" if caption else ""))
        await self.telegram.write(self.user_id, self.campus.bot, caption, photo=True)

    def seen_messages(self, chat_refs: Iterable[ChatRef] = ()) -> list[ObservedMessage]:
        """Return the bot's messages in these chats, by default in all that the person can read, newest first."""
        return [one for one in self.observer.newest_messages(chat_refs or self.chats) if one.by_bot]

    def seen_message(self, *words: str) -> ObservedMessage | None:
        """Return the newest message of the bot that contains all of these words."""
        return next((one for one in self.seen_messages() if all(word in one.text for word in words)), None)

    def seen_button(
        self,
        action: str,
        label: str = "",
        *,
        subject_id: int | None = None,
        chat_refs: Iterable[ChatRef] = (),
        allow_unchanged: bool = True,
    ) -> SeenButton | None:
        """Return the newest button with this action, and with this label and subject if they are given."""
        for message in self.seen_messages(chat_refs):
            place = message.chat_ref, message.message_id
            if not allow_unchanged and self.edits_when_tapped.get(place) == message.edits:
                continue
            for button in message.buttons:
                if button.action == action and label in button.label and subject_id in (None, button.subject):
                    return SeenButton(message=message, button=button)
        return None

    def seen_link(self, path: str) -> str | None:
        """Return the newest link with this path that was not followed yet."""
        links = (one.link for message in self.seen_messages() for one in message.buttons)
        return next((link for link in links if link and path in link and link not in self.followed_links), None)

    async def wait_until(
        self, find: Callable[[], Fact | None], expected: str, *, timeout: float = MESSAGE_TIMEOUT_SECONDS
    ) -> Fact:
        """Wait for a fact in this person's chats. Raise PlayError when it does not come."""
        return await self.observer.wait_until(find, f"{self.name} {expected}", self.chats, timeout=timeout)

    async def wait_for_message(self, *words: str, timeout: float = MESSAGE_TIMEOUT_SECONDS) -> ObservedMessage:
        """Wait for a message of the bot that contains all of these words, and return it."""
        expected = f"reads {' ... '.join(words)!r}"
        return await self.wait_until(lambda: self.seen_message(*words), expected, timeout=timeout)

    async def wait_for_match(self, pattern: re.Pattern[str], *words: str, timeout: float) -> str:
        """Wait for a message with all of these words, and return the group of the pattern in it."""
        message = await self.wait_for_message(*words, timeout=timeout)
        found = pattern.search(message.text)
        if found is None:
            raise PlayError(f"{self.name} finds no {pattern.pattern} in {message.text!r}.")
        return found[1]

    async def find_button(
        self,
        action: str,
        label: str = "",
        *,
        subject_id: int | None = None,
        allow_unchanged: bool = False,
        timeout: float = MESSAGE_TIMEOUT_SECONDS,
    ) -> SeenButton:
        """Wait for a button and return it without a tap.

        A person taps a message again only after it has changed. `allow_unchanged` skips that condition.
        """
        expected = f"sees a button to {action} {label!r} of {subject_id}"
        return await self.wait_until(
            lambda: self.seen_button(action, label, subject_id=subject_id, allow_unchanged=allow_unchanged),
            expected,
            timeout=timeout,
        )

    async def tap(
        self,
        action: str,
        label: str = "",
        *,
        subject_id: int | None = None,
        allow_unchanged: bool = False,
        timeout: float = MESSAGE_TIMEOUT_SECONDS,
    ) -> TapAnswer:
        """Tap the newest button with this action once it exists, and wait for the answer."""
        return await self.tap_button(
            await self.find_button(
                action, label, subject_id=subject_id, allow_unchanged=allow_unchanged, timeout=timeout
            )
        )

    async def send_tap(self, seen_button: SeenButton) -> str:
        """Tap a button without waiting for the answer, and return the id of the tap."""
        message = seen_button.message
        self.edits_when_tapped[message.chat_ref, message.message_id] = message.edits
        self.actions["taps"] += 1
        self.narrate_action(f"{self.name} taps [{seen_button.button.label}]")
        return await self.telegram.tap(self.user_id, message.chat_ref.chat, message.message_id, seen_button.button.data)

    async def tap_button(self, seen_button: SeenButton) -> TapAnswer:
        """Tap a button. Raise PlayError when the tap is not answered."""
        answer = await self.telegram.answer_to(await self.send_tap(seen_button))
        if not answer["answered"]:
            waited = f"{TAP_ANSWER_TIMEOUT_SECONDS:.0f} s"
            raise PlayError(f"{self.name} tapped [{seen_button.button.label}] and got no answer in {waited}.")
        return TapAnswer(text=answer["text"] or "", tapped_at=answer["tapped_at"], answered_at=answer["answered_at"])

    async def submit_page(self, path: str, button: str, **field_values: str) -> None:
        """Wait for a link to one of Stripe's pages, follow it, fill in the page and press a button there."""
        link = await self.wait_until(lambda: self.seen_link(path), f"sees a link to {path}")
        self.followed_links.add(link)
        self.narrate_action(
            " ".join([f"{self.name} opens Stripe's page and presses [{button}]", *field_values.values()])
        )
        await submit_page_form(self.telegram.session, link, button, **field_values)

    async def start_bot(self) -> None:
        """Follow the campus' invite link, because a bot may not write first to a person on Telegram."""
        await self.type_text(f"/start {self.campus.invite_code}")
        await self.find_button("deliver_food")
