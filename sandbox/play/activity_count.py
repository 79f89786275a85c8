"""Counting what a person does and gets: taps, typed lines, and messages with a sound or without."""

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.play.observed_messages import ObservedMessage


@dataclass(slots=True)
class ActivityCount:
    """What one person did since it was begun."""

    taps: int = 0
    typed_lines: int = 0  # typed, commands too
    photos: int = 0

    def reset(self) -> None:
        """Begin to count anew."""
        self.taps = self.typed_lines = self.photos = 0


@dataclass(frozen=True, slots=True)
class ReceivedCount:
    """New messages of the bot; edits in place are none."""

    loud: int
    silent: int


def count_received(messages: Iterable[ObservedMessage], *, after: int) -> ReceivedCount:
    """What came after the event of this number, of the messages that are still there."""
    came = [message for message in messages if message.by_bot and message.created_event > after]
    silent = sum(message.silent for message in came)
    return ReceivedCount(loud=len(came) - silent, silent=silent)
