"""One scripted person, who reads the chats, types, taps buttons that exist, and follows links."""

import re
from dataclasses import dataclass, field

from sandbox.play.activity_count import ActivityCount
from sandbox.play.chat_observer import ChatObserver
from sandbox.play.narrator import Narrator
from sandbox.play.observed_messages import ChatRef, ObservedButton, ObservedMessage, TapAnswer, parse_tap_answer
from sandbox.play.sandbox_client import PlayError, json_object
from sandbox.play.stripe_page_forms import submit_page_form

MESSAGE_TIMEOUT_SECONDS = 20.0  # long, because machines under test are slow
TAP_ANSWER_TIMEOUT_SECONDS = 15.0  # how long Telegram waits for the answer to a tap
ORDER_NUMBER_PATTERN = re.compile(r"#(\d+)")
PIN_PATTERN = re.compile(r"PIN: (\d{4})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenButton:
    """A button that was seen. It may be gone when it is tapped."""

    message: ObservedMessage
    button: ObservedButton


@dataclass(slots=True, kw_only=True)
class ScriptedUser:
    """A person with a phone."""

    name: str
    user_id: int
    bot: str  # @name of the bot
    groups: tuple[int, ...]
    observer: ChatObserver
    narrator: Narrator
    tally: ActivityCount = field(default_factory=ActivityCount)
    # The edits of each message when it was last tapped.
    _edits_when_tapped: dict[tuple[ChatRef, int], int] = field(default_factory=dict)
    _followed_links: set[str] = field(default_factory=set)

    @property
    def chats(self) -> frozenset[ChatRef]:
        """Every chat this person can read."""
        return frozenset({ChatRef(self.bot, self.user_id), *(ChatRef(str(group)) for group in self.groups)})

    async def type_text(
        self, text: str, *, in_group: int | None = None, reply_to: ObservedMessage | None = None
    ) -> None:
        """Write a line to the bot, or into a group, or in reply to a message."""
        self.tally.typed_lines += 1
        text_message: dict[str, object] = {"from": self.user_id, "chat": in_group or self.bot, "text": text}
        await self.observer.client.post(
            "/sim/messages", text_message if reply_to is None else text_message | {"reply_to": reply_to.message_id}
        )

    async def send_photo(self, caption: str = "") -> None:
        """Send a photo to the bot."""
        self.tally.photos += 1
        self.narrator.narrate_action(
            " ".join([f"{self.name} sends a photo", *([f"with {caption!r}"] if caption else [])])
        )
        photo_message = {"from": self.user_id, "chat": self.bot, "text": caption, "photo": True}
        await self.observer.client.post("/sim/messages", photo_message)

    async def tap(
        self,
        action: str,
        label: str = "",
        *,
        subject_id: int | None = None,
        allow_unchanged: bool = False,
        timeout: float = MESSAGE_TIMEOUT_SECONDS,
    ) -> TapAnswer:
        """Tap the newest button with this action once it exists, and wait for the answer.

        A person taps a message again only after it has changed. `allow_unchanged` skips that condition.
        """
        return await self.tap_button(
            await self.find_button(
                action, label, subject_id=subject_id, allow_unchanged=allow_unchanged, timeout=timeout
            )
        )

    async def find_button(
        self,
        action: str,
        label: str = "",
        *,
        subject_id: int | None = None,
        allow_unchanged: bool = False,
        timeout: float = MESSAGE_TIMEOUT_SECONDS,
    ) -> SeenButton:
        """Wait for a button and return it without a tap."""

        def find() -> SeenButton | None:
            for message in self.observer.messages_in(self.chats):
                if (
                    not allow_unchanged
                    and self._edits_when_tapped.get((message.chat_ref, message.message_id)) == message.edits
                ):
                    continue
                for button in message.buttons:
                    if (
                        button.action == action
                        and label in button.label
                        and subject_id in (None, _int_or_none(button.subject))
                    ):
                        return SeenButton(message=message, button=button)
            return None

        description = " ".join(
            [action, *([repr(label)] if label else []), *([f"of #{subject_id}"] if subject_id else [])]
        )
        return await self.observer.wait_until(
            find, f"{self.name} sees a button to {description}", self.chats, timeout=timeout
        )

    async def tap_button(self, seen_button: SeenButton) -> TapAnswer:
        """Tap a button. Raise PlayError when the tap is not answered."""
        message = seen_button.message
        self._edits_when_tapped[message.chat_ref, message.message_id] = message.edits
        self.tally.taps += 1
        self.narrator.narrate_action(f"{self.name} taps [{seen_button.button.label}]")
        chat = message.chat_ref.chat
        tap_body = {
            "from": self.user_id,
            "chat": chat if chat.startswith("@") else int(chat),
            "message_id": message.message_id,
            "data": seen_button.button.data,
        }
        tap = json_object(await self.observer.client.post("/sim/taps", tap_body))["callback_query_id"]
        answer = json_object(await self.observer.client.get(f"/sim/taps/{tap}", wait=TAP_ANSWER_TIMEOUT_SECONDS))
        if not answer["answered"]:
            raise PlayError(
                f"{self.name} tapped [{seen_button.button.label}]"
                f" and got no answer in {TAP_ANSWER_TIMEOUT_SECONDS:.0f} s."
            )
        return parse_tap_answer(answer)

    async def wait_for_message(self, *words: str, timeout: float = MESSAGE_TIMEOUT_SECONDS) -> ObservedMessage:
        """Wait for a message of the bot that contains all of these words, and return it."""

        def find() -> ObservedMessage | None:
            found = (one for one in self.observer.messages_in(self.chats) if one.by_bot)
            return next((one for one in found if all(word in one.text for word in words)), None)

        return await self.observer.wait_until(
            find, f"{self.name} reads {' ... '.join(words)!r}", self.chats, timeout=timeout
        )

    async def wait_for_order_number(self, *words: str, timeout: float = MESSAGE_TIMEOUT_SECONDS) -> int:
        """Return the order number (#12) in a message that contains all of these words."""
        message = await self.wait_for_message("#", *words, timeout=timeout)
        found = ORDER_NUMBER_PATTERN.search(message.text)
        if found is None:
            raise PlayError(f"{self.name} finds no order's number in {message.text!r}.")
        return int(found[1])

    async def wait_for_pin(self, order: int) -> str:
        """Return the PIN that the customer tells the runner at the door."""
        message = await self.wait_for_message(f"#{order}", "PIN:")
        found = PIN_PATTERN.search(message.text)
        if found is None:
            raise PlayError(f"{self.name} finds no PIN in {message.text!r}.")
        return found[1]

    async def save_card(self, number: str) -> None:
        """Follow the link to Stripe's Checkout page and save the card of this number."""
        await self._submit_stripe_page("/pay/checkout/", "Save card", number=number)

    async def approve_at_bank(self) -> None:
        """Follow the link to the bank's page and approve."""
        await self._submit_stripe_page("/pay/approve/", "Approve")

    async def finish_onboarding(self) -> None:
        """Follow the link to Stripe's onboarding and finish it."""
        await self._submit_stripe_page("/pay/onboarding/", "Finish onboarding")

    async def _submit_stripe_page(self, path: str, button: str, **field_values: str) -> None:
        link = await self._wait_for_link(path)
        self._followed_links.add(link)
        self.narrator.narrate_action(
            " ".join([f"{self.name} opens Stripe's page and presses [{button}]", *field_values.values()])
        )
        await submit_page_form(self.observer.client.session, link, button, **field_values)

    async def _wait_for_link(self, path: str) -> str:
        def find() -> str | None:
            links = (one.link for message in self.observer.messages_in(self.chats) for one in message.buttons)
            return next((link for link in links if link and path in link and link not in self._followed_links), None)

        return await self.observer.wait_until(
            find, f"{self.name} sees a link to {path}", self.chats, timeout=MESSAGE_TIMEOUT_SECONDS
        )


def _int_or_none(subject: str) -> int | None:
    return int(subject) if subject.removeprefix("-").isdigit() else None
