"""Drafts of orders, and the input a conversation waits for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.campuses.fees import Fees
from domain.errors import DraftEmpty
from domain.orders.pricing import Item, Price, price_order
from domain.typed import clean_name

MAX_NOTE_LENGTH = 100  # characters, as in the first CampusG
MAX_PLACE_NAME_LENGTH = 60  # characters of a typed store or drop point


def normalize_line(typed: str) -> str:
    """Return typed text in one line with single spaces; empty when nothing of it can be seen."""
    return clean_name(typed, otherwise="")


class PendingInput(StrEnum):
    """The meaning of the next text that a person types."""

    STORE = "store"
    ITEMS = "items"
    DROP_POINT = "drop_point"
    NOTE = "note"
    FEE = "fee"
    RECEIPT = "receipt"  # of the order in `subject`
    PIN = "pin"  # of the order in `subject`
    PROBLEM = "problem"  # a problem with the order in `subject`, of the kind in `detail`
    CASE_ADDITION = "case_addition"  # the customer's addition to the case in `subject`
    ADMIN_REASON = "admin_reason"  # an admin's reason for the action in `detail` on the order or person in `subject`
    CASE_ANSWER = "case_answer"  # an admin's answer in the case in `subject`
    REFUND = "refund"  # an admin's amount and reason; `detail` holds who bears it, and what is to be confirmed
    PASS_ON = "pass_on"  # a choice of who gets the text in `detail`, from the message in `subject`
    DEFAULT_PLACE = "default_place"  # where the customer's food usually goes
    SETTLE_DISCREPANCY = "settle_discrepancy"  # an admin's reason for the discrepancy in `subject`
    TRANSFER_PAY = "transfer_pay"  # the reason when the transfer of the discrepancy in `subject` paid the runner
    TRANSFER_OTHER = "transfer_other"  # the reason when it was for something else
    WAIVE_CUSTOMER_DEBT = "waive_customer_debt"  # an admin's reason to waive the debt for the order in `subject`
    RESOLVE_SAGA = "resolve_saga"  # an admin's reason for the stuck saga with the number in `subject`
    DROP_DEAD_LETTER = "drop_dead_letter"  # an admin's reason for the dead letter in `subject`
    ADDRESSEE = "addressee"  # a choice of whom the admin's command in `detail` means
    PROOF = "proof"  # a photo of the food that was left for the order in `subject`


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationState:
    """The input that the bot waits for, and what it is about."""

    pending_input: PendingInput
    subject: int | None
    detail: str | None = None  # a choice made before the question


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A basket, kept in Postgres so that no restart loses it. Amounts are in minor units."""

    campus_id: int
    person_id: int
    version: int
    store_id: int | None
    store_name: str | None
    items: tuple[Item, ...]
    drop_point: str | None
    note: str
    delivery_fee: int | None
    tip: int
    asked_ceiling: int | None
    asked_at: datetime | None
    changed_at: datetime

    def missing_part(self) -> str | None:
        """Return the first part that is missing: store, items, drop_point or fee; None when it can be placed."""
        if self.store_name is None:
            return "store"
        if not self.items:
            return "items"
        if self.drop_point is None:
            return "drop_point"
        return "fee" if self.delivery_fee is None else None

    def price(self, fees: Fees) -> Price:
        """Return the offer for this basket. Raise DraftEmpty while a part is missing, and what price_order raises."""
        if self.missing_part() is not None or self.delivery_fee is None:
            raise DraftEmpty
        return price_order(self.items, delivery_fee=self.delivery_fee, tip=self.tip, fees=fees)
