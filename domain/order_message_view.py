"""What a card is drawn from, and what it is."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.buttons import Button
from domain.campus import Campus
from domain.feedback import Rating
from domain.order import Order
from domain.payment import CustomerDebt, Hold, Payable


class OrderMessageKind(StrEnum):
    CUSTOMER = "customer"
    RUNNER = "runner"
    GROUP = "group"  # the campus' runner group: everybody reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """One committed state of an order, with all that a card may say about it."""

    order: Order
    campus: Campus
    hold: Hold | None  # the one the order counts on
    payable: Payable | None
    customer_name: str
    runner_name: str | None
    building: str | None  # of a drop point the campus knows; None for one the customer typed
    viewer: int  # the person whose chat it is; a group's number in a group
    expires_at: datetime | None  # when the order ends by itself, while that is so
    rating: Rating | None = None  # what its customer said about it, for her own card
    open_case: int | None = None  # the number of the problem that is being looked into
    runner_silent: bool = False  # bought, asked, and no answer: the campus team was told
    can_leave_food: bool = False  # the runner may leave the food and send a photo of it
    payout_missing: bool = False  # the reader runs, and has no account yet that money can be sent to
    debt: CustomerDebt | None = None  # delivered, and not paid: what its customer owes, or owed
    refunded: int = 0  # minor units that went, or are going, back to the customer


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMessageContent:
    """A message as plain data: HTML of at most 4096 characters, and rows of buttons."""

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()

    @property
    def digest(self) -> str:
        """Equal for cards that look and work the same."""
        return hashlib.sha256(repr((self.text, self.rows)).encode()).hexdigest()
