"""What the risk rules know: plain rows of the last days. Amounts are minor units of the campus' currency.

They count the orders of a person on all campuses of the deployment; sums and open orders those in the same currency.
"""

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
    amount: int  # the total, and until the purchase the ceiling
    is_open: bool
    card: str | None = None  # its fingerprint, where it is known


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAttempt:
    """An answer of a bank."""

    at: datetime
    declined: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCard:
    """A card that the customer used for the first time in the last day, for whatever became of the order."""

    fingerprint: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardUse:
    """The card that is to be charged, and what it did before, over all people who used it."""

    fingerprint: str
    known_since: datetime | None  # the first order that it paid was completed then; None when it paid none
    is_unused: bool = False  # this customer has ordered nothing with it yet
    spent_by_others: int = 0  # by other accounts: orders that are open, or were placed in the last day ...
    others_last: datetime | None = None  # ... and when the last of these was placed
    owes: bool = False  # somebody owes for an order that this card was to pay


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """A customer, at the moment of an order or a charge."""

    known_since: datetime | None  # their first order was completed then; None when none was
    completed: int  # their orders that were completed, ever
    orders: tuple[PastOrder, ...] = ()
    attempts: tuple[CardAttempt, ...] = ()  # of the last day, the oldest first
    refunded: int = 0  # their orders of which the platform refunded a quarter or more in the last month
    completed_lately: int = 0  # their orders that were completed in the last month
    new_cards: tuple[NewCard, ...] = ()
    card: CardUse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDelivery:
    """A delivery of one runner to one customer."""

    at: datetime
    amount: int  # the total, and until the purchase the ceiling


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDelivery:
    """A hand-over of the runner in the week before another."""

    at: datetime
    amount: int  # the receipt and the tip: what two who agree can make as large as they like
    by_pin: bool  # neither with a photo nor by an admin's word
    to_new_customer: bool
    to_same_customer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFacts:
    """A delivery at its end; `deliveries` holds those before it, of the last week."""

    accepted_at: datetime
    bought_at: datetime
    delivered_at: datetime
    amount: int  # as that of a PastDelivery
    by_pin: bool
    to_new_customer: bool
    handed_over_before: int  # deliveries of the runner, ever
    deliveries: tuple[PastDelivery, ...] = ()
    disputes: int = 0  # open or lost ones about orders of the runner, of the last 60 days
    is_elevated: bool = False  # Stripe's Radar saw an elevated risk in the payment
