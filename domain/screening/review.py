"""A review: pay that waits for an admin, and why."""

from dataclasses import dataclass
from datetime import datetime

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
