"""Money: holds, payouts, refunds, debts and disputes, each with statuses apart from the order's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID


class HoldStatus(StrEnum):
    REQUESTED = "requested"  # Stripe is being asked
    APPROVAL = "approval"  # the customer's bank asks for approval (3-D Secure)
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    REFUSED = "refused"


class HoldPart(StrEnum):
    """The part of a hold in its order: the current one, its replacement, or a former one."""

    CURRENT = "current"
    REPLACEMENT = "replacement"  # only while its replace_hold saga runs
    FORMER = "former"


class HoldEvent(StrEnum):
    APPROVAL_ASKED = "approval_asked"
    MADE = "made"
    DECLINED = "declined"
    RELEASED = "released"
    CAPTURED = "captured"
    CHARGED = "charged"  # captured at once without a hold: the former hold lapsed


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
    SENDING = "sending"  # a transfer is in flight
    PAID = "paid"
    ANNULLED = "annulled"  # nothing is left to send: the runner bears all of it


INSUFFICIENT_FUNDS = "balance_insufficient"  # Stripe's refusal when the platform's balance is too low


class PayoutEvent(StrEnum):
    STARTED = "started"
    REFUSED = "refused"
    PAID = "paid"
    ANNULLED = "annulled"
    REOPENED = "reopened"  # a refund that the runner bore failed: the runner is owed money again


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
    PENDING = "pending"  # accepted by Stripe, not yet by the bank
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
    """The status of a runner's debt: the part of a refund that could not be reversed."""

    OPEN = "open"
    WAIVED = "waived"  # by an admin: the platform bears it after all
    VOID = "void"  # the refund behind it failed
    NETTED = "netted"  # all of it was deducted from later payouts


class CustomerDebtStatus(StrEnum):
    """The status of a customer's debt: the hold lapsed, and the bank declined the charge."""

    OPEN = "open"
    PAID = "paid"
    WAIVED = "waived"  # by an admin: the platform bears it


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
    """Money set aside on a customer's card. Amounts are in minor units."""

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
    """What the platform owes a runner for one order, in minor units."""

    id: int
    campus_id: int
    order_id: int
    runner_id: int
    status: PayoutStatus
    amount: int
    currency: str
    charge: str | None  # the captured charge it is paid from; None: the platform pays it itself
    attempt: int
    transfer: str | None  # the newest transfer
    refusal: str | None
    withheld: int = 0  # the part of the amount that the runner bears: not sent, or reversed after it was sent
    sent: int = 0  # by confirmed transfers, less their reversals
    frozen: bool = False  # the payment is disputed: nothing is sent meanwhile
    netted: int = 0  # the part of the amount that paid debts of other orders

    @property
    def runner_total(self) -> int:
        """The minor units the runner gets in all, sent or netted."""
        return self.amount - self.withheld

    @property
    def due(self) -> int:
        """The minor units that have yet to be sent."""
        return self.amount - self.withheld - self.sent - self.netted


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that goes back to a customer's card, in minor units. The runner bears `runner_amount` of it."""

    id: int
    campus_id: int
    order_id: int
    runner_id: int
    status: RefundStatus
    amount: int
    runner_amount: int
    withheld: int  # of the runner's part: never sent
    taken_back: int  # of the runner's part: by a reversal
    currency: str
    payment_intent: str
    refund: str | None  # Stripe's id, once Stripe accepted it
    transfer: str | None  # the transfer to reverse, if the runner's part was sent
    reversal: str | None
    reason: str
    refusal: str | None

    @property
    def platform_amount(self) -> int:
        """The minor units the platform bears."""
        return self.amount - self.runner_amount

    @property
    def to_take_back(self) -> int:
        """The minor units of the runner's part that have yet to be reversed."""
        return self.runner_amount - self.withheld - self.taken_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A payment that a customer disputes at the bank, in minor units."""

    id: int
    campus_id: int
    order_id: int
    dispute: str  # Stripe's id
    status: DisputeStatus
    amount: int
    withdrawn: int  # of the amount, from our balance; 0 while the bank only inquires
    fee: int
    currency: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerDebt:
    """What a runner owes the platform for a refund, in minor units. Later payouts pay it, or an admin waives it."""

    id: int
    order_id: int
    refund_id: int
    runner_id: int
    status: RunnerDebtStatus
    amount: int
    currency: str
    refusal: str  # why Stripe refused the reversal
    netted: int = 0  # of the amount: deducted from later payouts

    @property
    def left(self) -> int:
        """The minor units still owed."""
        return self.amount - self.netted


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDebt:
    """What a customer owes for an order that was delivered and could not be charged, in minor units."""

    id: int
    campus_id: int
    order_id: int
    customer_id: int
    status: CustomerDebtStatus
    amount: int
    currency: str
    refusal: str  # why the bank declined
    attempt: int  # how often the customer tried to pay it
