"""Counting what a person does and gets: taps, typed lines, and messages with a sound or without."""

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.play.sights import Message


@dataclass(slots=True)
class Tally:
    """What one person did since it was begun."""

    taps: int = 0
    lines: int = 0  # typed, commands too
    photos: int = 0

    def reset(self) -> None:
        """Begin to count anew."""
        self.taps = self.lines = self.photos = 0


@dataclass(frozen=True, slots=True)
class Received:
    """New messages of the bot; edits in place are none."""

    loud: int
    silent: int


def received(messages: Iterable[Message], *, after: int) -> Received:
    """What came after the event of this number, of the messages that are still there."""
    came = [message for message in messages if message.by_bot and message.came > after]
    silent = sum(message.silent for message in came)
    return Received(loud=len(came) - silent, silent=silent)
