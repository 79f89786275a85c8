"""Dead letters: items that failed too often and wait for an admin, so that all others go on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_TRIES = 5  # counts only our own faults: an outage of another service is waited out


class DeadLetterKind(StrEnum):
    UPDATE = "update"  # a Telegram update; its subject is `campus:update`
    STRIPE_EVENT = "stripe_event"
    NOTIFICATION = "notification"
    ORDER_MESSAGE = "order_message"
    TIMER = "timer"


class DeadLetterOutcome(StrEnum):
    TRIED = "tried"  # an admin asked for another try
    DROPPED = "dropped"  # an admin dropped it and gave a reason
    GONE = "gone"  # it succeeded after all


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedItem:
    """An item that failed for the last time.

    `shown` is what an admin may see of it: no text that people wrote, and no payment data.
    """

    kind: DeadLetterKind
    subject: str
    campus_id: int | None  # None: of no campus, and so the operator's
    order_id: int | None = None
    shown: str
    tries: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An open dead letter, as the list for admins shows it."""

    id: int
    kind: DeadLetterKind
    subject: str
    order_id: int | None
    shown: str
    tries: int
    error: str
    dead_since: datetime
    outcome_unknown: bool  # a message that was perhaps sent

    @property
    def label_variant(self) -> str:
        """The variant that the sentences choose by: the kind, or `outcome_unknown`."""
        return "outcome_unknown" if self.outcome_unknown else self.kind
