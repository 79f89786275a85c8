"""Discrepancies between our rows and Stripe's objects: their kinds, statuses and transitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain.money import format_money


class DiscrepancyKind(StrEnum):
    UNKNOWN_INTENT = "unknown_intent"  # Stripe has a payment that none of our rows names
    UNKNOWN_TRANSFER = "unknown_transfer"
    UNKNOWN_REFUND = "unknown_refund"
    LATE_INTENT = "late_intent"  # made after we concluded that there was none: released automatically
    LATE_TRANSFER = "late_transfer"  # as above: reversed automatically
    HOLD_MISMATCH = "hold_mismatch"  # our hold differs from Stripe's, and no saga is changing it
    ORPHAN_PAYOUT = "orphan_payout"  # the payable says SENDING, and no saga sends it
    NOT_BOOKED = "not_booked"  # money moved at Stripe, and the ledger has no posting for it
    AMOUNT_MISMATCH = "amount_mismatch"  # the ledger has it with another amount
    OTHER_CURRENCY = "other_currency"  # Stripe converted it: the ledger has it in the order's currency
    BALANCE_MISMATCH = "balance_mismatch"  # the sum of all postings is not the sum of all movements


class TransferMeaning(StrEnum):
    """What an unknown transfer was, as the admin said who settled it."""

    PAY = "pay"  # it paid the runner what they were owed for the order
    OTHER = "other"  # something else: the runner is owed as before


class ForeignKind(StrEnum):
    """What others made on the same Stripe account."""

    PAYMENT = "payment"
    TRANSFER = "transfer"
    REFUND = "refund"
    DISPUTE = "dispute"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignCounts:
    """How many objects of others were seen."""

    payments: int
    refunds: int
    transfers: int
    disputes: int


class DiscrepancyStatus(StrEnum):
    OPEN = "open"
    GONE = "gone"  # a later check did not find it any more
    MENDED = "mended"  # a late object was released or reversed
    SETTLED = "settled"  # by an admin, with a reason


class DiscrepancyEvent(StrEnum):
    FOUND_AGAIN = "found_again"
    VANISHED = "vanished"
    MENDED = "mended"
    SETTLED = "settled"


_D, _E = DiscrepancyStatus, DiscrepancyEvent

DISCREPANCY_TRANSITIONS: Mapping[tuple[DiscrepancyStatus, DiscrepancyEvent], DiscrepancyStatus] = MappingProxyType(
    {
        (_D.OPEN, _E.VANISHED): _D.GONE,
        (_D.OPEN, _E.MENDED): _D.MENDED,
        (_D.OPEN, _E.SETTLED): _D.SETTLED,
        (_D.GONE, _E.FOUND_AGAIN): _D.OPEN,
        (_D.MENDED, _E.FOUND_AGAIN): _D.OPEN,
        (_D.SETTLED, _E.FOUND_AGAIN): _D.OPEN,  # with another amount, or unsaid: else the admin's word holds
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedDiscrepancy:
    """A discrepancy as one check found it. Amounts are in minor units, None where that side has nothing.

    `subject` identifies it for ever: Stripe's id where there is one. `note` is a detail from Stripe or from our row.
    """

    kind: DiscrepancyKind
    subject: str
    campus_id: int
    order_id: int | None = None
    local_value: int | None = None
    remote_value: int | None = None
    currency: str | None = None
    note: str = ""
    harmless: bool = False  # no money depends on it: kept, and no admin is notified

    @property
    def gap(self) -> int:
        """Minor units they have more than we."""
        return (self.remote_value or 0) - (self.local_value or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """A discrepancy as it is stored."""

    id: int
    campus_id: int
    kind: DiscrepancyKind
    subject: str
    order_id: int | None
    local_value: int | None
    remote_value: int | None
    currency: str | None
    note: str
    status: DiscrepancyStatus
    told: int  # how often the admins were notified: once each time it opens
    first_seen: datetime
    last_seen: datetime

    @property
    def gap(self) -> int:
        """Minor units they have more than we."""
        return (self.remote_value or 0) - (self.local_value or 0)


def should_reopen(existing: Discrepancy, observed: ObservedDiscrepancy) -> bool:
    """Return whether an ended discrepancy opens again; a settled one only when its gap has changed."""
    match existing.status:
        case DiscrepancyStatus.OPEN:
            return False
        case DiscrepancyStatus.SETTLED:
            return existing.gap != observed.gap
        case DiscrepancyStatus.GONE | DiscrepancyStatus.MENDED:
            return not observed.harmless


def build_discrepancy_args(found: Discrepancy) -> dict[str, str | int]:
    """Return the arguments of a sentence about this discrepancy."""
    return {
        "number": found.id,
        "kind": found.kind,
        "subject": found.subject,
        "order": "-" if found.order_id is None else str(found.order_id),
        "local_value": _format_amount(found.local_value, found.currency),
        "remote_value": _format_amount(found.remote_value, found.currency),
        "note": found.note or "-",
    }


def _format_amount(amount: int | None, currency: str | None) -> str:
    return "-" if amount is None or currency is None else format_money(amount, currency)
