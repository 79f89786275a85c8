"""Messages with their buttons, and answers to taps, parsed from the sandbox's events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox.play.sandbox_client import json_integer, json_object, json_objects


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
    def subject(self) -> str:
        """The id of the order, store or person the button is about: the third part."""
        return self._word(2)

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
class TapAnswer:
    """The answer to a tap."""

    text: str
    alert: bool
    tapped_at: float
    answered_at: float

    @property
    def seconds(self) -> float:
        """Seconds from the tap to its answer."""
        return self.answered_at - self.tapped_at


def chat_ref_of(event: Mapping[str, object]) -> ChatRef:
    """Return the chat of an event."""
    user = event.get("user")
    return ChatRef(str(event["chat"]), user if isinstance(user, int) and str(event["chat"]).startswith("@") else None)


def parse_message(event: Mapping[str, object], previous: ObservedMessage | None) -> ObservedMessage:
    """Parse the message of an event. `previous` is the same message before the event."""
    shown, at = json_object(event["message"]), float(str(event["at"]))
    sender = json_object(shown["from"])
    return ObservedMessage(
        chat_ref=chat_ref_of(event),
        message_id=json_integer(shown["message_id"]),
        sender=str(sender["name"]),
        by_bot=bool(sender["is_bot"]),
        text=str(shown["text"]),
        keyboard=tuple(
            tuple(_parse_button(button) for button in json_objects(row)) for row in _rows_of(shown["buttons"])
        ),
        edits=json_integer(shown["edited"]),
        silent=bool(shown["silent"]),
        created_event=previous.created_event if previous else json_integer(event["seq"]),
        created_at=previous.created_at if previous else at,
        updated_at=at,
    )


def _rows_of(keyboard: object) -> list[object]:
    return keyboard if isinstance(keyboard, list) else []


def _parse_button(button: Mapping[str, object]) -> ObservedButton:
    data, link = button.get("data"), button.get("url")
    return ObservedButton(
        label=str(button["text"]), data=None if data is None else str(data), link=None if link is None else str(link)
    )


def parse_tap_answer(shown: Mapping[str, object]) -> TapAnswer:
    """Parse the answer to a tap from the format of the control API."""
    return TapAnswer(
        text=str(shown["text"] or ""),
        alert=bool(shown["show_alert"]),
        tapped_at=float(str(shown["tapped_at"])),
        answered_at=float(str(shown["answered_at"])),
    )
