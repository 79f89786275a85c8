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


class HoldPart(StrEnum):
    """What a hold is to its order: the money it counts on, what shall take its place, or what was in its place."""

    CURRENT = "current"
    REPLACEMENT = "replacement"  # only while its replace_hold runs
    FORMER = "former"


class HoldEvent(StrEnum):
    APPROVAL_ASKED = "approval_asked"
    MADE = "made"
    DECLINED = "declined"
    RELEASED = "released"
    CAPTURED = "captured"
    CHARGED = "charged"  # taken at once, without being held before: what lapsed is asked for anew


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
        (_H.REQUESTED, _HE.CHARGED): _H.CAPTURED,
        (_H.APPROVAL, _HE.CHARGED): _H.CAPTURED,
    }
)

LIVE_HOLDS = frozenset({_H.REQUESTED, _H.APPROVAL, _H.HELD})


class PayoutStatus(StrEnum):
    OPEN = "open"  # owed to the runner
    SENDING = "sending"  # a transfer is under way
    PAID = "paid"
    ANNULLED = "annulled"  # nothing is left to send: she bears all of it


INSUFFICIENT_FUNDS = (
    "balance_insufficient"  # Stripe's word for a pay-out refused because the platform's own balance is short
)


class PayoutEvent(StrEnum):
    STARTED = "started"
    REFUSED = "refused"
    PAID = "paid"
    ANNULLED = "annulled"
    REOPENED = "reopened"  # a refund that she bore came back: something is owed to her again


PAYOUT_TRANSITIONS: Mapping[tuple[PayoutStatus, PayoutEvent], PayoutStatus] = MappingProxyType(
    {
        (PayoutStatus.OPEN, PayoutEvent.STARTED): PayoutStatus.SENDING,
        (PayoutStatus.SENDING, PayoutEvent.REFUSED): PayoutStatus.OPEN,
        (PayoutStatus.SENDING, PayoutEvent.PAID): PayoutStatus.PAID,
        (PayoutStatus.OPEN, PayoutEvent.ANNULLED): PayoutStatus.ANNULLED,
        (PayoutStatus.ANNULLED, PayoutEvent.REOPENED): PayoutStatus.OPEN,
        (PayoutStatus.PAID, PayoutEvent.REOPENED): PayoutStatus.OPEN,
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


LIVE_REFUNDS = frozenset({RefundStatus.REQUESTED, RefundStatus.PENDING, RefundStatus.SUCCEEDED})


class RunnerDebtStatus(StrEnum):
    """What became of money that a runner owes us, because a transfer could not be taken back."""

    OPEN = "open"
    WAIVED = "waived"  # an admin says so: the platform bears it after all
    VOID = "void"  # the refund it came from failed
    NETTED = "netted"  # all of it was kept of what she earned later


class CustomerDebtStatus(StrEnum):
    """What became of money that a customer owes us: her hold had lapsed, and her bank declined the charge."""

    OPEN = "open"
    PAID = "paid"
    WAIVED = "waived"  # an admin says so: the platform bears it


class DisputeStatus(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class DisputeEvent(StrEnum):
    WON = "won"
    LOST = "lost"


DISPUTE_TRANSITIONS: Mapping[tuple[DisputeStatus, DisputeEvent], DisputeStatus] = MappingProxyType(
    {
        (DisputeStatus.OPEN, DisputeEvent.WON): DisputeStatus.WON,
        (DisputeStatus.OPEN, DisputeEvent.LOST): DisputeStatus.LOST,
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
    part: HoldPart = HoldPart.CURRENT


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
    transfer: str | None  # the newest
    refusal: str | None
    withheld: int = 0  # of the amount she bears herself: kept back, or taken back after it was sent
    sent: int = 0  # by confirmed transfers, less what was taken back of them
    frozen: bool = False  # the customer's bank disputes the payment: nothing is sent meanwhile
    netted: int = 0  # of the amount that is hers: kept for what she owed from other orders

    @property
    def runner_total(self) -> int:
        """Minor units that are hers in the end."""
        return self.amount - self.withheld

    @property
    def due(self) -> int:
        """Minor units that have yet to be sent."""
        return self.amount - self.withheld - self.sent - self.netted


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that goes back to a customer's card, in minor units; `hers` is the part of it that the runner bears."""

    id: int
    campus_id: int
    order_id: int
    runner_id: int
    status: RefundStatus
    amount: int
    runner_amount: int
    withheld: int  # of her part: not sent in the first place
    taken_back: int  # of her part: by a reversal
    currency: str
    payment_intent: str
    refund: str | None  # Stripe's number, once it took it
    transfer: str | None  # what her part has to be taken back from, if it was sent
    reversal: str | None
    reason: str
    refusal: str | None

    @property
    def platform_amount(self) -> int:
        """Minor units the platform bears."""
        return self.amount - self.runner_amount

    @property
    def to_take_back(self) -> int:
        """Minor units of her part that are with her still."""
        return self.runner_amount - self.withheld - self.taken_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A payment that a customer's bank took back until it has decided, in minor units."""

    id: int
    campus_id: int
    order_id: int
    dispute: str  # Stripe's number
    status: DisputeStatus
    amount: int
    withdrawn: int  # of it, from our balance; 0 while the bank only asks
    fee: int
    currency: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerDebt:
    """What a runner owes the platform for a refund, in minor units: kept of her next pay, or let go."""

    id: int
    order_id: int
    refund_id: int
    runner_id: int
    status: RunnerDebtStatus
    amount: int
    currency: str
    refusal: str  # why Stripe could not take it back
    netted: int = 0  # of the amount: kept of what she earned later

    @property
    def left(self) -> int:
        """Minor units she owes still."""
        return self.amount - self.netted


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDebt:
    """What a customer owes the platform for an order that was delivered and could not be charged, in minor units."""

    id: int
    campus_id: int
    order_id: int
    customer_id: int
    status: CustomerDebtStatus
    amount: int
    currency: str
    refusal: str  # why her bank declined
    attempt: int  # how often she tried to pay it
