"""A review: pay that waits for an admin, and why; and what was decided about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.risk.verdicts import PayReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """An open review of the pay for an order, in minor units."""

    order_id: int
    customer_id: int
    runner_id: int
    reason: PayReason
    opened_at: datetime
    due: int
    currency: str


class ReviewedSide(StrEnum):
    """The sides of a reviewed order whom an admin may bar, in the order of their buttons."""

    CUSTOMER = "customer"
    RUNNER = "runner"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedOrder:
    """An order whose pay was held for a review, in minor units, and what has become of the pay."""

    order_id: int
    customer_id: int
    runner_id: int
    reason: PayReason
    share: int
    currency: str
    waits: bool  # nobody has decided yet, and the pay is still due
    released_by: int | None  # the admin who let it go

    def person_at(self, side: ReviewedSide) -> int:
        """Return who ordered, or who brought it."""
        return self.customer_id if side is ReviewedSide.CUSTOMER else self.runner_id
