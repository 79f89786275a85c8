"""What there is to see in a chat: messages with their buttons, and toasts; read from the sandbox's events."""

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
    """A button as one sees it; its data is what a tap sends, its link where a tap leads."""

    label: str
    data: str | None
    link: str | None

    @property
    def action(self) -> str:
        """What the button asks for: the second word of `v1:<action>:<id>:<version>`."""
        return self._word(1)

    @property
    def subject(self) -> str:
        """Which order, store, person... it is about: the third word."""
        return self._word(2)

    def _word(self, index: int) -> str:
        words = (self.data or "").split(":")
        return words[index] if len(words) > index else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedMessage:
    """A message as it stands now."""

    chat_ref: ChatRef
    message_id: int
    sender: str
    by_bot: bool
    text: str
    keyboard: tuple[tuple[ObservedButton, ...], ...]
    edits: int
    silent: bool  # it came without a sound
    created_event: int  # the event that brought it: a higher number is further down
    created_at: float  # when that was, seconds of the sandbox's clock
    updated_at: float  # when it became what it is, the same clock

    @property
    def buttons(self) -> Iterator[ObservedButton]:
        """Every button, row by row."""
        return (button for row in self.keyboard for button in row)


@dataclass(frozen=True, slots=True, kw_only=True)
class TapAnswer:
    """What a tap was answered with."""

    text: str
    alert: bool
    tapped_at: float
    answered_at: float

    @property
    def seconds(self) -> float:
        """Seconds from the tap to its answer."""
        return self.answered_at - self.tapped_at


def chat_ref_of(event: Mapping[str, object]) -> ChatRef:
    """Where it happened."""
    user = event.get("user")
    return ChatRef(str(event["chat"]), user if isinstance(user, int) and str(event["chat"]).startswith("@") else None)


def parse_message(event: Mapping[str, object], previous: ObservedMessage | None) -> ObservedMessage:
    """The message of an event; `known` is the same message before it."""
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
    """The answer to a tap as the control API shows it."""
    return TapAnswer(
        text=str(shown["text"] or ""),
        alert=bool(shown["show_alert"]),
        tapped_at=float(str(shown["tapped_at"])),
        answered_at=float(str(shown["answered_at"])),
    )
