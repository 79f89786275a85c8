"""An order that is still being written."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import DraftEmpty
from domain.pricing import Fees, Item, Price, price_order

MAX_NOTE_LENGTH = 100  # characters, as in the original
MAX_PLACE_NAME_LENGTH = 60  # of a typed store or drop point

_UNSTORABLE_CATEGORIES = frozenset({"Cc", "Cs"})  # Postgres keeps no NUL and no half character; nobody types the others
_VISIBLE_CATEGORIES = frozenset("LNPS")  # letters, numbers, punctuation, signs and emoji


def normalize_line(typed: str) -> str:
    """What was typed, in one line with single spaces; empty when there is nothing to see."""
    kept = "".join(
        letter for letter in " ".join(typed.split()) if unicodedata.category(letter) not in _UNSTORABLE_CATEGORIES
    )
    kept = " ".join(kept.split())  # what was taken out may have stood between spaces
    return kept if any(unicodedata.category(letter)[0] in _VISIBLE_CATEGORIES for letter in kept) else ""


class PendingInput(StrEnum):
    """What a person's next typed line means."""

    STORE = "store"
    ITEMS = "items"
    DROP_POINT = "drop_point"
    NOTE = "note"
    FEE = "fee"
    RECEIPT = "receipt"  # of the order in `subject`
    PIN = "pin"  # of the order in `subject`
    PROBLEM = "problem"  # with the order in `subject`, of the kind in `detail`
    CASE_ADDITION = "case_addition"  # the customer's, about the case in `subject`
    ADMIN_REASON = "admin_reason"  # an admin's, for the act in `detail` on the order or person in `subject`
    CASE_ANSWER = "case_answer"  # an admin's, in the case in `subject`
    REFUND = "refund"  # an admin's amount and reason; `detail`: who bears it, and what is to be confirmed
    PASS_ON = "pass_on"  # whether the words in `detail` (of the message in `subject`) shall go to somebody
    DEFAULT_PLACE = "default_place"  # where her food usually goes
    SETTLE_DISCREPANCY = "settle_discrepancy"  # an admin's reason, for the difference in `subject`
    WAIVE_CUSTOMER_DEBT = (
        "waive_customer_debt"  # an admin's reason to let go what the customer of the order in `subject` owes
    )
    RESOLVE_SAGA = "resolve_saga"  # an admin's reason, for the stuck saga with the number in `subject`
    DROP_DEAD_LETTER = "drop_dead_letter"  # an admin's reason, for the parked thing in `subject`
    PROOF = "proof"  # a photo of the food, left for the customer of the order in `subject`


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationState:
    """What was asked last, and about which order."""

    pending_input: PendingInput
    subject: int | None
    detail: str | None = None  # what was chosen before the question


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A basket: kept in Postgres, so that no restart loses it; amounts in minor units."""

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
        """What still has to be said before it can be placed: store, items, drop_point, fee; None when complete."""
        if self.store_name is None:
            return "store"
        if not self.items:
            return "items"
        if self.drop_point is None:
            return "drop_point"
        return "fee" if self.delivery_fee is None else None

    def price(self, fees: Fees) -> Price:
        """The offer as it stands; DraftEmpty while something is missing, and what price_order refuses."""
        if self.missing_part() is not None or self.delivery_fee is None:
            raise DraftEmpty
        return price_order(self.items, delivery_fee=self.delivery_fee, tip=self.tip, fees=fees)
