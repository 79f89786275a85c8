"""What may be said about a delivered order: praise, and problems that become cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain.order import Order, OrderStatus
from domain.timers import Windows

DELIVERED_STATUSES = frozenset({OrderStatus.DELIVERED, OrderStatus.COMPLETED})
MAX_STORY_LENGTH = 2000  # UTF-16 units of one contribution to a case; with our own words around it a message holds 4096
MAX_CAPTION_LENGTH = 250  # the same under a photo, whose caption holds 1024
MAX_EXCERPT_LENGTH = 100  # in a list of cases
MAX_PERSON_NAME_LENGTH = 40  # of a person, in a message about a case


class RatingReason(StrEnum):
    """The one reason behind a thumb, up or down."""

    FAST = "fast"
    FRIENDLY = "friendly"
    CAREFUL = "careful"
    LATE = "late"
    COLD = "cold"
    UNFRIENDLY = "unfriendly"


REASONS_BY_RATING: Mapping[bool, tuple[RatingReason, ...]] = MappingProxyType(
    {
        True: (RatingReason.FAST, RatingReason.FRIENDLY, RatingReason.CAREFUL),
        False: (RatingReason.LATE, RatingReason.COLD, RatingReason.UNFRIENDLY),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What the customer of one order thought of it: for her own eyes, her runner reads sums only."""

    good: bool
    reason: RatingReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingCounts:
    """A runner's deliveries, and how many of them got which thumb."""

    deliveries: int
    thumbs_up: int
    thumbs_down: int


class ProblemKind(StrEnum):
    MISSING = "missing"
    WRONG = "wrong"
    COLD = "cold"
    NOT_HERE = "not_here"
    OTHER = "other"  # told in her own words, no kind chosen
    QUESTION = "question"  # asked while the order is under way


OFFERED_PROBLEM_KINDS = (
    ProblemKind.MISSING,
    ProblemKind.WRONG,
    ProblemKind.COLD,
    ProblemKind.NOT_HERE,
)  # as buttons, in this order


class CaseStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class CaseOutcome(StrEnum):
    """What an admin closes a case with by one tap; other words she types."""

    SOLVED = "solved"
    NOTED = "noted"
    SILENT = "silent"  # the customer was asked, and did not answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A problem with one delivered order, from the customer's report to an admin's last word."""

    id: int
    campus_id: int
    order_id: int
    opened_by: int
    kind: ProblemKind
    story: str
    photo: str | None  # Telegram's file id
    status: CaseStatus
    messages: int  # how many contributions it has, the report is the first
    outcome: str | None
    opened_at: datetime
    closed_at: datetime | None


def is_within_feedback_window(order: Order, now: datetime, windows: Windows) -> bool:
    """Whether a delivered order may still be rated or reported."""
    return order.delivered_at is not None and now <= order.delivered_at + windows.length("problem")


def shorten_text(text: str, max_units: int) -> str:
    """At most so many UTF-16 units (as Telegram counts), with an ellipsis where something is missing."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * max_units:
        return text
    return units[: 2 * (max_units - 1)].decode("utf-16-le", errors="ignore").rstrip() + "…"


def is_within_length(text: str, max_units: int) -> bool:
    """Whether nothing of it would be cut."""
    return len(text.encode("utf-16-le")) <= 2 * max_units
