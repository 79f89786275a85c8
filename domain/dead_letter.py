"""What always fails is parked after a few tries, with the reason: others go on, and an admin decides about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_TRIES = 5  # of our own faults; an outage of others is no fault, and is waited out
MAX_ERROR_LENGTH = 500  # characters


class DeadLetterKind(StrEnum):
    UPDATE = "update"  # what somebody wrote or tapped; its subject is campus:update
    STRIPE_EVENT = "stripe_event"  # what Stripe told
    NOTIFICATION = "notification"
    ORDER_MESSAGE = "order_message"
    TIMER = "timer"


class DeadLetterOutcome(StrEnum):
    TRIED = "tried"  # an admin had it tried again
    DROPPED = "dropped"  # an admin said why it shall not be
    GONE = "gone"  # it worked after all


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedItem:
    """Something that failed for the last time. `shown` is what may be seen of it: nothing people wrote or pay with."""

    kind: DeadLetterKind
    subject: str
    campus_id: int
    order_id: int | None = None
    shown: str
    tries: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """As it stands in the list."""

    id: int
    kind: DeadLetterKind
    subject: str
    order_id: int | None
    shown: str
    tries: int
    error: str
    dead_since: datetime
    outcome_unknown: bool  # a message of which nobody knows whether it was sent

    @property
    def label_variant(self) -> str:
        """What the sentences choose by: its kind, or `perhaps`."""
        return "outcome_unknown" if self.outcome_unknown else self.kind


def format_error(error: Exception) -> str:
    """A fault as Postgres keeps it: no NUL, no half character, not too long."""
    text = f"{type(error).__name__}: {error}".replace("\x00", "")
    return text.encode(errors="replace").decode()[:MAX_ERROR_LENGTH]
