"""What there is to see in a chat: messages with their buttons, and toasts; read from the sandbox's events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox.play.wire import fields, rows, whole


@dataclass(frozen=True, slots=True)
class Place:
    """A chat: a group (its number), or the private chat of a person with a bot (its @name)."""

    chat: str
    user: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
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
class Message:
    """A message as it stands now."""

    place: Place
    number: int
    sender: str
    by_bot: bool
    text: str
    keyboard: tuple[tuple[Button, ...], ...]
    edits: int
    silent: bool  # it came without a sound
    came: int  # the event that brought it: a higher number is further down
    came_at: float  # when that was, seconds of the sandbox's clock
    at: float  # when it became what it is, the same clock

    @property
    def buttons(self) -> Iterator[Button]:
        """Every button, row by row."""
        return (button for row in self.keyboard for button in row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """What a tap was answered with."""

    text: str
    alert: bool
    tapped_at: float
    answered_at: float

    @property
    def took(self) -> float:
        """Seconds from the tap to its answer."""
        return self.answered_at - self.tapped_at


def place_of(event: Mapping[str, object]) -> Place:
    """Where it happened."""
    user = event.get("user")
    return Place(str(event["chat"]), user if isinstance(user, int) and str(event["chat"]).startswith("@") else None)


def read_message(event: Mapping[str, object], known: Message | None) -> Message:
    """The message of an event; `known` is the same message before it."""
    shown, at = fields(event["message"]), float(str(event["at"]))
    sender = fields(shown["from"])
    return Message(
        place=place_of(event),
        number=whole(shown["message_id"]),
        sender=str(sender["name"]),
        by_bot=bool(sender["is_bot"]),
        text=str(shown["text"]),
        keyboard=tuple(tuple(_button(button) for button in rows(row)) for row in _rows_of(shown["buttons"])),
        edits=whole(shown["edited"]),
        silent=bool(shown["silent"]),
        came=known.came if known else whole(event["seq"]),
        came_at=known.came_at if known else at,
        at=at,
    )


def _rows_of(keyboard: object) -> list[object]:
    return keyboard if isinstance(keyboard, list) else []


def _button(button: Mapping[str, object]) -> Button:
    data, link = button.get("data"), button.get("url")
    return Button(
        label=str(button["text"]), data=None if data is None else str(data), link=None if link is None else str(link)
    )


def read_toast(shown: Mapping[str, object]) -> Toast:
    """The answer to a tap as the control API shows it."""
    return Toast(
        text=str(shown["text"] or ""),
        alert=bool(shown["show_alert"]),
        tapped_at=float(str(shown["tapped_at"])),
        answered_at=float(str(shown["answered_at"])),
    )
