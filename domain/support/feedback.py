"""Ratings of delivered orders, and problems that become cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain.campuses.windows import Windows
from domain.orders.states import Order
from domain.quotes import utf16_length

# Lengths in UTF-16 units. A Telegram message holds 4096 and a caption 1024, with our own words around the text.
MAX_STORY_LENGTH = 2000  # one contribution to a case
MAX_CAPTION_LENGTH = 250  # a contribution under a photo
MAX_EXCERPT_LENGTH = 100  # a contribution in a list of cases
MAX_PERSON_NAME_LENGTH = 40  # a person's name in a message about a case


class RatingReason(StrEnum):
    """The reason for a rating; a rating has at most one."""

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
    """A customer's rating of one order. Only that customer sees it; the runner sees counts."""

    good: bool
    reason: RatingReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingCounts:
    """The number of a runner's deliveries, and of their good and bad ratings."""

    deliveries: int
    thumbs_up: int
    thumbs_down: int


class ProblemKind(StrEnum):
    MISSING = "missing"
    WRONG = "wrong"
    COLD = "cold"
    NOT_HERE = "not_here"
    OTHER = "other"  # described in the customer's own words, without a kind
    QUESTION = "question"  # asked while the order is in flight


OFFERED_PROBLEM_KINDS = (  # in the order of the buttons
    ProblemKind.MISSING,
    ProblemKind.WRONG,
    ProblemKind.COLD,
    ProblemKind.NOT_HERE,
)


class CaseStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class CaseOutcome(StrEnum):
    """The outcomes that an admin can tap to close a case. Any other outcome is typed."""

    SOLVED = "solved"
    NOTED = "noted"
    SILENT = "silent"  # the customer was asked and did not answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A problem with one order, or a question about it, from the customer's report until an admin closes it."""

    id: int
    campus_id: int
    order_id: int
    opened_by: int
    kind: ProblemKind
    story: str
    photo: str | None  # Telegram's file id
    status: CaseStatus
    messages: int  # the number of contributions; the report is the first
    outcome: str | None
    opened_at: datetime
    closed_at: datetime | None


def is_within_feedback_window(order: Order, now: datetime, windows: Windows) -> bool:
    """Return whether an order was delivered and may still be rated or reported."""
    return order.delivered_at is not None and now <= order.delivered_at + windows.length("problem")


def is_within_length(text: str, max_units: int) -> bool:
    """Return whether the text has at most `max_units` UTF-16 units."""
    return utf16_length(text) <= max_units
