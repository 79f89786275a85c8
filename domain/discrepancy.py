"""What differs between our rows and Stripe's: its kinds, and what becomes of it. Nothing is mended by guessing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class DiscrepancyKind(StrEnum):
    UNKNOWN_INTENT = "unknown_intent"  # Stripe has a payment that no row of ours knows
    UNKNOWN_TRANSFER = "unknown_transfer"
    UNKNOWN_REFUND = "unknown_refund"
    LATE_INTENT = "late_intent"  # born after we concluded that there was none: given back by itself
    LATE_TRANSFER = "late_transfer"  # as above: taken back by itself
    HOLD_MISMATCH = "hold_mismatch"  # a hold of ours is not what Stripe says, and nobody is at it
    ORPHAN_PAYOUT = "orphan_payout"  # being sent, and no saga sends it
    NOT_BOOKED = "not_booked"  # money moved at Stripe, the ledger knows nothing of it
    AMOUNT_MISMATCH = "amount_mismatch"  # the ledger has it, with another amount
    BALANCE_MISMATCH = "balance_mismatch"  # the sums of all postings and of all movements


class DiscrepancyStatus(StrEnum):
    OPEN = "open"
    GONE = "gone"  # a later look did not find it any more
    MENDED = "mended"  # a late object was given back
    SETTLED = "settled"  # by a person, who said why


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
        (_D.SETTLED, _E.FOUND_AGAIN): _D.OPEN,  # only by another amount: else a person has said what it is
    }
)

LATE_KINDS = frozenset({DiscrepancyKind.LATE_INTENT, DiscrepancyKind.LATE_TRANSFER})


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedDiscrepancy:
    """A difference as one look sees it; amounts in minor units, None where that side has nothing.

    `subject` names it for ever: Stripe's id where there is one. `note` is what Stripe, or our row, says of it.
    """

    kind: DiscrepancyKind
    subject: str
    campus_id: int
    order_id: int | None = None
    local_value: int | None = None
    remote_value: int | None = None
    currency: str | None = None
    note: str = ""
    harmless: bool = False  # no money hangs on it: kept, and told to nobody

    @property
    def gap(self) -> int:
        """Minor units they have more than we."""
        return (self.remote_value or 0) - (self.local_value or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """A difference as it is kept."""

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
    told: int  # how often it was told to the admins: once each time it opens
    first_seen: datetime
    last_seen: datetime

    @property
    def gap(self) -> int:
        """Minor units they have more than we."""
        return (self.remote_value or 0) - (self.local_value or 0)


def should_reopen(existing: Discrepancy, observed: ObservedDiscrepancy) -> bool:
    """Whether what was over begins anew: what a person settled only when it is about another amount."""
    match existing.status:
        case DiscrepancyStatus.OPEN:
            return False
        case DiscrepancyStatus.SETTLED:
            return existing.gap != observed.gap
        case DiscrepancyStatus.GONE | DiscrepancyStatus.MENDED:
            return not observed.harmless
