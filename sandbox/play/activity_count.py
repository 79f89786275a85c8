"""Counts what a person does and receives: taps, typed lines, photos, and messages with or without a sound."""

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.play.observed_messages import ObservedMessage


@dataclass(slots=True)
class ActivityCount:
    """The actions of one person since the last reset."""

    taps: int = 0
    typed_lines: int = 0  # commands included
    photos: int = 0

    def reset(self) -> None:
        """Set every count to zero."""
        self.taps = self.typed_lines = self.photos = 0


@dataclass(frozen=True, slots=True)
class ReceivedCount:
    """The number of new messages of the bot. Edits in place do not count."""

    loud: int
    silent: int


def count_received(messages: Iterable[ObservedMessage], *, after: int) -> ReceivedCount:
    """Count the bot's messages that were created after event number `after` and still exist."""
    came = [message for message in messages if message.by_bot and message.created_event > after]
    silent = sum(message.silent for message in came)
    return ReceivedCount(loud=len(came) - silent, silent=silent)
