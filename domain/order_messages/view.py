"""The input and the output of rendering an order message."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from domain.campuses.campus import Campus, OpeningHours
from domain.messaging.buttons import Button
from domain.orders.states import Order
from domain.payments.model import CustomerDebt, Hold
from domain.payouts.model import Payable
from domain.support.feedback import Rating


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """One committed state of an order, with all that an order message may say about it."""

    order: Order
    campus: Campus
    hold: Hold | None  # the current one
    payable: Payable | None
    customer_name: str
    runner_name: str | None
    building: str | None  # of a listed drop point; None for one the customer typed
    store_listed: bool  # the campus lists a store of this name, or used to; False for one the customer typed
    store_hours: OpeningHours | None = None  # of a listed store
    read_at: datetime | None = None  # when this state was read
    viewer: int  # the reader's person id; in a group, the chat id
    expires_at: datetime | None  # when the order expires, while it can
    rating: Rating | None = None  # shown in the customer's own message only
    open_case: int | None = None  # the id of the open case
    runner_silent: bool = False  # bought, and a check-in is unanswered: the admins were notified
    leave_from: datetime | None = None  # until then the runner waits for the customer
    can_leave_food: bool = False  # the runner may leave the food and send a photo of it
    payout_missing: bool = False  # the reader is a runner without an account that can be paid
    debt: CustomerDebt | None = None  # what the customer owes, or owed, after a delivery that was not paid
    refunded: int = 0  # minor units that were refunded or are being refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMessageContent:
    """A message as data: HTML of at most 4096 characters, and rows of buttons."""

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()

    @property
    def digest(self) -> str:
        """The hash of the text and the buttons: equal digests mean that no edit is needed."""
        return hashlib.sha256(repr((self.text, self.rows)).encode()).hexdigest()
