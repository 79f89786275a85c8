"""The numbers of the risk rules: what a campus file leaves out has a safe default."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from types import MappingProxyType

BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimits:
    """The limits of one campus: counts, sums in minor units, and durations in seconds. A day is the last 24 hours."""

    customer_day: int  # the sum of a customer's orders in a day
    new_customer_day: int  # the same while the account is new, and for all accounts that share a new card
    pair_day: int  # the sum of what one runner brings one customer in a day
    new_customers_day: int  # what one runner brings to new accounts in a day before a person looks at the pay
    pair_week: int  # what one runner brings one customer in a week before a person looks at the pay
    runner_day: int  # what one runner brings in a day before a person looks at the pay
    open_orders: int = 4  # of a customer at the same time
    new_open_orders: int = 3  # the same while the account is new
    new_days: int = 3 * 86_400  # an account or a card is new for so long after its first completed order ...
    new_orders: int = 3  # ... and an account also until so many of its orders were completed
    pair_orders: int = 5  # deliveries of one runner to one customer in a day
    given_back: int = 4  # orders that a runner gives back in a day, by a tap or by silence, before they claim no more
    declines: int = 5  # refusals of the bank in a day before the pause
    decline_pause: int = 6 * 3_600  # from the last refusal
    cards: int = 3  # cards that a customer may use for the first time in a day
    refunds: int = 3  # refunded orders of a customer in 30 days, one in five or more, before the next order is refused
    first_payouts: int = 3  # deliveries of a new runner whose pay waits
    first_payout_wait: int = 86_400  # from the hand-over
    unproven: int = 4  # hand-overs of a runner without the PIN in a day before a person looks at the pay
    disputes: int = 2  # open or lost disputes about a runner's orders in 60 days before their pay is kept
    least_purchase: int = 20  # from the claim to the purchase; faster is looked at by a person
    least_delivery: int = 180  # from the claim to the hand-over; faster is looked at by a person

    def length(self, name: str) -> timedelta:
        """Return the duration of this name."""
        seconds: int = getattr(self, name)
        return timedelta(seconds=seconds)


# A sum that the file leaves out is this share of the highest order, in basis points.
SUM_SHARES: Mapping[str, int] = MappingProxyType(
    {
        "customer_day": 12_500,
        "new_customer_day": 6_000,
        "pair_day": 7_500,
        "pair_week": 20_000,
        "new_customers_day": 12_500,
        "runner_day": 25_000,
    }
)
DURATIONS = frozenset({"new_days", "decline_pause", "first_payout_wait", "least_purchase", "least_delivery"})
LIMIT_NAMES = tuple(field.name for field in fields(RiskLimits))


def build_limits(order_most: int, stated: Mapping[str, int]) -> RiskLimits:
    """Return the limits of a campus whose highest order is `order_most` minor units; `stated` stands in its file.

    A new account never gets more than an older one, unless the file says so.
    """
    sums = {name: order_most * share // BASIS_POINTS for name, share in SUM_SHARES.items()}
    limits = RiskLimits(**{**sums, **stated})
    return replace(
        limits,
        new_open_orders=min(limits.new_open_orders, stated.get("new_open_orders", limits.open_orders)),
        new_customer_day=min(limits.new_customer_day, stated.get("new_customer_day", limits.customer_day)),
    )
