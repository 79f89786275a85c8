"""What forbids a payout, bound at start."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement

PayableCondition = Callable[[], ColumnElement[bool]]
OrderCondition = Callable[[int], ColumnElement[bool]]  # of the order with this id


@dataclass(frozen=True, slots=True)
class PayoutBlocks:
    """Conditions on the table of payables.

    While one of `conditions` holds, no payout of the payable starts. While one of `keep_held` holds, a payable that is
    held for a time stays held after it. A payable is booked frozen when `is_disputed` holds for its order.
    """

    is_disputed: OrderCondition
    conditions: tuple[PayableCondition, ...]
    keep_held: tuple[PayableCondition, ...] = ()
