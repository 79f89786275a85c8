"""Telling what each person sees: one paragraph a message, an edit, a toast or an act, with the time since the start."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from textwrap import indent

from sandbox.play.cast import Troupe
from sandbox.play.sights import Message, Place, place_of

MARGIN = " " * 10
DIM, BOLD, GREEN, PLAIN = "\033[2m", "\033[1m", "\033[36m", "\033[0m"

Say = Callable[[str], None]


class Narrator:
    """Knows the names of the chats, and when the play began."""

    def __init__(self, say: Say, troupe: Troupe, *, coloured: bool = False) -> None:
        """`say` gets one paragraph at a time."""
        self._say, self._coloured = say, coloured
        self._began = time.time()
        campus = troupe.campus
        self._groups = {str(group.id): group.title for group in (campus.runners, campus.admins)}
        self._people = {one.id: one.first_name for one in (troupe.mei, troupe.ana, troupe.ben, troupe.sam)}
        self._bot = f"@{campus.bot.username}"
        self._bot_name = campus.bot.name

    def event(self, event: Mapping[str, object], message: Message | None) -> None:
        """Tell of one event of the sandbox, if it happened in a chat of this play."""
        place = place_of(event)
        if not self._ours(place):
            return
        match event["kind"]:
            case "message" if message is not None and (message.text or message.keyboard):
                self._paragraph(self._heading(message), message, at=message.at)
            case "edit" if message is not None:
                self._paragraph(f"{self._heading(message)} (edited in place)", message, at=message.at)
            case "delete" if message is not None:
                self._line(f"{message.sender} deletes a message", at=message.at)
            case "tap_answer" if event["text"]:
                shape = "a window to close" if event["show_alert"] else "a toast"
                who = self._people.get(_number(event.get("user")), "somebody")
                self._line(f"{who} sees {shape}: {event['text']}", at=float(str(event["at"])))

    def act(self, sentence: str) -> None:
        """Tell what somebody does, now."""
        self._line(sentence, at=time.time())

    def _ours(self, place: Place) -> bool:
        return place.chat in self._groups or (place.chat == self._bot and place.user in self._people)

    def _heading(self, message: Message) -> str:
        place = message.place
        if place.user is None:
            return f"{message.sender} → {self._groups[place.chat]}"
        return f"{message.sender} → {self._people[place.user] if message.by_bot else self._bot_name}"

    def _paragraph(self, heading: str, message: Message, *, at: float) -> None:
        keyboard = "\n".join(" ".join(self._paint(GREEN, f"[{one.label}]") for one in row) for row in message.keyboard)
        content = indent("\n".join(part for part in (message.text, keyboard) if part), MARGIN)
        self._say(f"{self._time(at)}{self._paint(BOLD, heading)}\n{content}")

    def _line(self, sentence: str, *, at: float) -> None:
        self._say(f"{self._time(at)}{sentence}")

    def _time(self, at: float) -> str:
        return self._paint(DIM, f"{max(0.0, at - self._began):6.1f} s  ")

    def _paint(self, colour: str, words: str) -> str:
        return f"{colour}{words}{PLAIN}" if self._coloured else words


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def wants_colour() -> bool:
    """Colours are for a terminal whose owner has not said no."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
