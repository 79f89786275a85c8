"""What forbids a payout, bound at start."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement


@dataclass(frozen=True, slots=True)
class PayoutBlocks:
    """Conditions on the table of payables. While one holds, no payout of the payable starts."""

    conditions: tuple[Callable[[], ColumnElement[bool]], ...]
