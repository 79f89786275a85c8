"""Payables and debts of runners: their statuses, events and transitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from domain.orders.sagas.pay_delay import PayDelay
from domain.saga.refusals import NOT_POSSIBLE


class PayoutStatus(StrEnum):
    OPEN = "open"  # owed to the runner
    SENDING = "sending"  # a transfer is in flight
    PAID = "paid"
    ANNULLED = "annulled"  # nothing is left to send: the runner bears all of it


INSUFFICIENT_FUNDS = "balance_insufficient"  # Stripe's refusal when the balance that pays is too low
# Why a transfer was refused though nothing is wrong with the runner's account: the campus team has to act.
PLATFORM_REFUSALS = frozenset({INSUFFICIENT_FUNDS, NOT_POSSIBLE})


class AccountTrouble(StrEnum):
    """What Stripe lacks of an account that can receive transfers, the worst first."""

    PAST_DUE = "past_due"  # answers are overdue
    NO_PAYOUTS = "no_payouts"  # Stripe pays nothing out to the bank
    DUE = "due"  # answers are due by some day


class PayoutEvent(StrEnum):
    STARTED = "started"
    REFUSED = "refused"
    PAID = "paid"
    PAID_AT_STRIPE = "paid_at_stripe"  # by a transfer that a person made at Stripe itself
    ANNULLED = "annulled"
    REOPENED = "reopened"  # a refund that the runner bore failed: the runner is owed money again


PAYOUT_TRANSITIONS: Mapping[tuple[PayoutStatus, PayoutEvent], PayoutStatus] = MappingProxyType(
    {
        (PayoutStatus.OPEN, PayoutEvent.STARTED): PayoutStatus.SENDING,
        (PayoutStatus.SENDING, PayoutEvent.REFUSED): PayoutStatus.OPEN,
        (PayoutStatus.SENDING, PayoutEvent.PAID): PayoutStatus.PAID,
        (PayoutStatus.OPEN, PayoutEvent.PAID_AT_STRIPE): PayoutStatus.PAID,
        (PayoutStatus.OPEN, PayoutEvent.ANNULLED): PayoutStatus.ANNULLED,
        (PayoutStatus.ANNULLED, PayoutEvent.REOPENED): PayoutStatus.OPEN,
        (PayoutStatus.PAID, PayoutEvent.REOPENED): PayoutStatus.OPEN,
    }
)


class RunnerDebtStatus(StrEnum):
    """The status of a runner's debt: the part of a refund that could not be reversed."""

    OPEN = "open"
    WAIVED = "waived"  # by an admin: the platform bears it after all
    VOID = "void"  # the refund behind it failed
    NETTED = "netted"  # all of it was deducted from later payouts


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
    held_until: datetime | None = None  # nothing is sent before; None: it may be sent at once, or it was released
    held_for: PayDelay | None = None

    @property
    def runner_total(self) -> int:
        """The minor units the runner gets in all, sent or netted."""
        return self.amount - self.withheld

    @property
    def due(self) -> int:
        """The minor units that have yet to be sent."""
        return self.amount - self.withheld - self.sent - self.netted


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
