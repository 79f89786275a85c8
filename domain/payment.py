"""The money's own states, never mixed into the order's: a hold, a pay-out, a refund, a timer of their own each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID


class HoldStatus(StrEnum):
    REQUESTED = "requested"  # Stripe is being asked
    APPROVAL = "approval"  # the customer's bank wants a yes (3-D Secure)
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    REFUSED = "refused"


class HoldEvent(StrEnum):
    APPROVAL_ASKED = "approval_asked"
    MADE = "made"
    DECLINED = "declined"
    RELEASED = "released"
    CAPTURED = "captured"


_H, _HE = HoldStatus, HoldEvent

HOLD_TRANSITIONS: Mapping[tuple[HoldStatus, HoldEvent], HoldStatus] = MappingProxyType(
    {
        (_H.REQUESTED, _HE.APPROVAL_ASKED): _H.APPROVAL,
        (_H.REQUESTED, _HE.MADE): _H.HELD,
        (_H.REQUESTED, _HE.DECLINED): _H.REFUSED,
        (_H.REQUESTED, _HE.RELEASED): _H.RELEASED,
        (_H.APPROVAL, _HE.MADE): _H.HELD,
        (_H.APPROVAL, _HE.DECLINED): _H.REFUSED,
        (_H.APPROVAL, _HE.RELEASED): _H.RELEASED,
        (_H.REFUSED, _HE.RELEASED): _H.RELEASED,
        (_H.HELD, _HE.RELEASED): _H.RELEASED,
        (_H.HELD, _HE.CAPTURED): _H.CAPTURED,
    }
)

LIVE_HOLDS = frozenset({_H.REQUESTED, _H.APPROVAL, _H.HELD})


class PayoutStatus(StrEnum):
    OPEN = "open"  # owed to the runner
    SENDING = "sending"  # a transfer is under way
    PAID = "paid"


NO_FUNDS = "balance_insufficient"  # Stripe's word for a pay-out refused because the platform's own balance is short


class PayoutEvent(StrEnum):
    STARTED = "started"
    REFUSED = "refused"
    PAID = "paid"


PAYOUT_TRANSITIONS: Mapping[tuple[PayoutStatus, PayoutEvent], PayoutStatus] = MappingProxyType(
    {
        (PayoutStatus.OPEN, PayoutEvent.STARTED): PayoutStatus.SENDING,
        (PayoutStatus.SENDING, PayoutEvent.REFUSED): PayoutStatus.OPEN,
        (PayoutStatus.SENDING, PayoutEvent.PAID): PayoutStatus.PAID,
    }
)


class RefundStatus(StrEnum):
    REQUESTED = "requested"
    PENDING = "pending"  # Stripe took it, the bank has not yet
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RefundEvent(StrEnum):
    ACCEPTED = "accepted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


REFUND_TRANSITIONS: Mapping[tuple[RefundStatus, RefundEvent], RefundStatus] = MappingProxyType(
    {
        (RefundStatus.REQUESTED, RefundEvent.ACCEPTED): RefundStatus.PENDING,
        (RefundStatus.REQUESTED, RefundEvent.SUCCEEDED): RefundStatus.SUCCEEDED,
        (RefundStatus.REQUESTED, RefundEvent.FAILED): RefundStatus.FAILED,
        (RefundStatus.PENDING, RefundEvent.SUCCEEDED): RefundStatus.SUCCEEDED,
        (RefundStatus.PENDING, RefundEvent.FAILED): RefundStatus.FAILED,
        (RefundStatus.SUCCEEDED, RefundEvent.FAILED): RefundStatus.FAILED,  # banks may send a refund back days later
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Money set aside on a customer's card; amounts in minor units."""

    id: int
    order_id: int
    saga_id: UUID
    status: HoldStatus
    amount: int
    currency: str
    payment_intent: str | None
    charge: str | None
    captured: int
    capture_before: datetime | None
    approval_url: str | None
    refusal: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """What is owed to a runner for one order, in minor units; `charge` is the captured charge it comes from."""

    id: int
    campus_id: int
    order_id: int
    runner_id: int
    status: PayoutStatus
    amount: int
    currency: str
    charge: str | None  # None: the platform pays it out of its own
    attempt: int
    transfer: str | None
    refusal: str | None
