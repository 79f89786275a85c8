"""What the risk rules say: yes, no with a reason, or not before a person has looked at it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RefusalReason(StrEnum):
    """Why an order, a claim or a charge is refused."""

    OPEN_ORDERS = "open_orders"
    CUSTOMER_DAY = "customer_day"
    CARD_DAY = "card_day"  # a new card, over all accounts that use it
    CARDS = "cards"  # too many that the customer used for the first time
    DECLINES = "declines"
    REFUNDS = "refunds"
    CARD_OWES = "card_owes"  # somebody owes for an order that the card was to pay
    PAIR = "pair"
    GIVEN_BACK = "given_back"


class PayReason(StrEnum):
    """Why the pay for a delivery waits; all but the first wait for a person."""

    FIRST_PAYOUTS = "first_payouts"
    TOO_FAST = "too_fast"
    NEW_CUSTOMERS = "new_customers"  # much in a day for accounts that are new
    PAIR_WEEK = "pair_week"  # much in a week for one customer
    RUNNER_DAY = "runner_day"  # much in a day
    UNPROVEN = "unproven"
    RADAR = "radar"
    DISPUTES = "disputes"
    REVERSED = "reversed"  # a person took it back at Stripe


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """Nothing speaks against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """It is refused. `most` is the limit: a count, or minor units. `until` is when it may be possible again."""

    reason: RefusalReason
    most: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """The pay waits: until a time, or with `until` None for a person's decision."""

    reason: PayReason
    until: datetime | None = None


ALLOW = Allow()
