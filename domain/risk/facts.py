"""What the risk rules know: plain rows of the last days. Amounts are minor units of the campus' currency."""

from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(hours=24)  # the day of the rules: the last 24 hours, so that midnight opens no second day
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)  # how far back refunds count
DISPUTE_MEMORY = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastOrder:
    """An order of the customer that is open, or was placed in the last day and took money."""

    placed_at: datetime
    amount: int  # what was taken, or may be
    is_open: bool
    card: str | None = None  # its fingerprint, where it is known


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAttempt:
    """An answer of a bank."""

    at: datetime
    declined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """What is known of the card, over all people who use it."""

    fingerprint: str
    known_since: datetime
    spent_by_others: int = 0  # in the last day, by other accounts
    owes: bool = False  # another account with this card owes money, or is barred


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """A customer, at the moment of an order or a charge."""

    since: datetime  # they joined the campus
    completed: int  # their orders that were completed, ever
    orders: tuple[PastOrder, ...] = ()
    attempts: tuple[CardAttempt, ...] = ()  # of the last day, the oldest first
    refunded: int = 0  # their orders of which the platform refunded a quarter or more in the last month
    completed_lately: int = 0  # their orders that were completed in the last month
    card: CardFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDelivery:
    """A delivery of one runner to one customer."""

    at: datetime
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDelivery:
    """A hand-over of the runner in the last week."""

    at: datetime
    amount: int
    by_pin: bool
    to_new_customer: bool
    to_same_customer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFacts:
    """A delivery at its end; `deliveries` holds those before it, of the last week."""

    accepted_at: datetime
    bought_at: datetime
    delivered_at: datetime
    amount: int
    by_pin: bool
    to_new_customer: bool
    handed_over_before: int  # deliveries of the runner, ever
    deliveries: tuple[PastDelivery, ...] = ()
    disputes: int = 0  # open or lost ones about orders of the runner, of the last 60 days
    is_elevated: bool = False  # what Stripe's Radar said of the payment
