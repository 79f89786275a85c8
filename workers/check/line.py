"""A line of the check: what was looked at, whether it works, and the sentence to follow."""

from dataclasses import dataclass
from enum import StrEnum


class LineState(StrEnum):
    """A note breaks nothing: it is worth knowing, or could not be looked at."""

    WORKS = "works"
    NOTE = "note"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One line. The sentence holds no secret, and where something does not work it says what to do."""

    subject: str
    state: LineState
    sentence: str


def works(subject: str, sentence: str) -> CheckLine:
    """Return a line about what works."""
    return CheckLine(subject=subject, state=LineState.WORKS, sentence=sentence)


def note(subject: str, sentence: str) -> CheckLine:
    """Return a line about what is worth knowing."""
    return CheckLine(subject=subject, state=LineState.NOTE, sentence=sentence)


def broken(subject: str, sentence: str) -> CheckLine:
    """Return a line about what does not work."""
    return CheckLine(subject=subject, state=LineState.BROKEN, sentence=sentence)
