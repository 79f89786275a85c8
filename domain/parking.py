"""What always fails is parked after a few tries, with the reason: others go on, and an admin decides about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_TRIES = 5  # of our own faults; an outage of others is no fault, and is waited out
LONGEST_ERROR = 500  # characters


class ParkedKind(StrEnum):
    UPDATE = "update"  # what somebody wrote or tapped; its subject is campus:update
    EVENT = "event"  # what Stripe told
    PUSH = "push"
    CARD = "card"
    TIMER = "timer"


class ParkedEnd(StrEnum):
    TRIED = "tried"  # an admin had it tried again
    DROPPED = "dropped"  # an admin said why it shall not be
    GONE = "gone"  # it worked after all


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison:
    """Something that failed for the last time. `shown` is what may be seen of it: nothing people wrote or pay with."""

    kind: ParkedKind
    subject: str
    campus_id: int
    order_id: int | None = None
    shown: str
    tries: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """As it stands in the list."""

    id: int
    kind: ParkedKind
    subject: str
    order_id: int | None
    shown: str
    tries: int
    error: str
    parked_at: datetime
    perhaps: bool  # a message of which nobody knows whether it was sent

    @property
    def word(self) -> str:
        """What the sentences choose by: its kind, or `perhaps`."""
        return "perhaps" if self.perhaps else self.kind


def spelled(fault: Exception) -> str:
    """A fault as Postgres keeps it: no NUL, no half character, not too long."""
    words = f"{type(fault).__name__}: {fault}".replace("\x00", "")
    return words.encode(errors="replace").decode()[:LONGEST_ERROR]
