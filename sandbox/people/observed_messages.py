"""Messages with their buttons, and answers to taps, parsed from the stand-in's events."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.people.control_clients import Json


@dataclass(frozen=True, slots=True)
class ChatRef:
    """A chat: a group (its number), or the private chat of a person with a bot (its @name)."""

    chat: str
    user_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedButton:
    """A button as a person sees it. `data` is what a tap sends, `link` is where a tap leads."""

    label: str
    data: str | None
    link: str | None

    @property
    def action(self) -> str:
        """The action the button asks for: the second part of `v1:<action>:<id>:<version>`."""
        return self._word(1)

    @property
    def subject(self) -> int | None:
        """The id of the order, store or person the button is about: the third part."""
        word = self._word(2)
        return int(word) if word.removeprefix("-").isdigit() else None

    def _word(self, index: int) -> str:
        words = (self.data or "").split(":")
        return words[index] if len(words) > index else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedMessage:
    """A message in its newest state."""

    chat_ref: ChatRef
    message_id: int
    sender: str
    by_bot: bool
    text: str
    keyboard: tuple[tuple[ObservedButton, ...], ...]
    edits: int
    silent: bool  # whether it came without a sound
    created_event: int  # number of the event that created it; a higher number is further down
    created_at: float  # seconds of the sandbox's clock
    updated_at: float  # seconds of the sandbox's clock; the last change

    @property
    def buttons(self) -> Iterator[ObservedButton]:
        """All buttons, row by row."""
        return (button for row in self.keyboard for button in row)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenButton:
    """A button that was seen. It may be gone when it is tapped."""

    message: ObservedMessage
    button: ObservedButton


@dataclass(frozen=True, slots=True, kw_only=True)
class TapAnswer:
    """The answer to a tap."""

    text: str
    tapped_at: float
    answered_at: float

    @property
    def seconds(self) -> float:
        """Seconds from the tap to its answer."""
        return self.answered_at - self.tapped_at


def chat_ref_of(event: Json) -> ChatRef:
    """Return the chat of an event."""
    chat = str(event["chat"])
    return ChatRef(chat, event.get("user") if chat.startswith("@") else None)


def parse_message(event: Json, previous: ObservedMessage | None) -> ObservedMessage:
    """Parse the message of an event. `previous` is the same message before the event."""
    shown = event["message"]
    return ObservedMessage(
        chat_ref=chat_ref_of(event),
        message_id=shown["message_id"],
        sender=shown["from"]["name"],
        by_bot=shown["from"]["is_bot"],
        text=shown["text"],
        keyboard=tuple(tuple(_parse_button(button) for button in row) for row in shown["buttons"]),
        edits=shown["edited"],
        silent=shown["silent"],
        created_event=previous.created_event if previous else event["seq"],
        created_at=previous.created_at if previous else event["at"],
        updated_at=event["at"],
    )


def _parse_button(button: Json) -> ObservedButton:
    return ObservedButton(label=button["text"], data=button.get("data"), link=button.get("url"))
