"""The snapshot that the invariants check: our rows and Stripe's objects as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.ledger.postings_at_stripe import TRANSFER_AT_STRIPE
from domain.orders.states import Order
from domain.payments.model import CustomerDebt, Hold
from domain.payouts.model import Payable, RunnerDebt
from domain.refunds.model import Dispute, Refund
from domain.saga.definition import SagaStatus
from domain.settings.timeouts import Timeout
from workers.audit.admin_acts.own_acts import AuditedOwnAct
from workers.stripe.objects.payment_intent import PaymentIntent
from workers.stripe.objects.refund import StripeRefund
from workers.stripe.objects.transfer import Transfer

MAX_OVERDUE = Timeout.OVERDUE_UNATTENDED.delta


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedSaga:
    """A saga; `overdue` is how long it has been due, negative while it sleeps, None when nobody has to wake it."""

    id: UUID
    number: int
    name: str
    kind: str
    status: SagaStatus
    order_id: int | None
    error: str | None
    overdue: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingSum:
    """The entries of a posting in one currency: their number, and their sum in minor units (None without entries)."""

    posting_key: str
    kind: str
    order_id: int | None
    total: int | None
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbalancedPosting:
    """A posting whose entries do not sum to zero, or are fewer than two."""

    posting_key: str
    total: int | None
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBalance:
    """The balance of a ledger account, in minor units."""

    code: str
    currency: str
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Netting:
    """A part of a payable that paid a runner's debt, in minor units."""

    id: int
    debt_id: int
    payable_id: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the snapshot of a window was read from, and the sums that Postgres made over everything."""

    days: int
    since: datetime
    listed: int  # Stripe objects, from lists of what was made in the window
    retrieved: int  # older Stripe objects of the window's orders, retrieved one by one
    orders: int  # of all times
    postings: int  # of all times
    accounts: int  # all
    wanted: Mapping[str, int]  # ledger account -> minor units it must hold by all rows
    unbalanced: Sequence[UnbalancedPosting]  # of all times


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedObjects:
    """Stripe's objects, read while no transaction is open."""

    intents: Sequence[PaymentIntent]
    transfers: Sequence[Transfer]
    refunds: Sequence[StripeRefund]
    balance: Mapping[str, int]  # currency -> minor units, available and pending


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSnapshot:
    """Our rows and Stripe's objects."""

    orders: Sequence[Order]
    holds: Sequence[Hold]
    payables: Sequence[Payable]
    sagas: Sequence[AuditedSaga]
    postings: Sequence[PostingSum]
    balances: Sequence[AccountBalance]
    event_count: int
    intents: Sequence[PaymentIntent]
    transfers: Sequence[Transfer]
    refunds: Sequence[StripeRefund]
    stripe_balance: Mapping[str, int]  # currency -> minor units, available and pending
    refund_rows: Sequence[Refund] = ()
    debts: Sequence[RunnerDebt] = ()
    nettings: Sequence[Netting] = ()
    disputes: Sequence[Dispute] = ()
    customer_debts: Sequence[CustomerDebt] = ()
    own_acts: Sequence[AuditedOwnAct] = ()
    late_payouts: Sequence[int] = ()  # orders with a payable that should not be held any more
    set_aside: Mapping[str, int] = field(default_factory=dict)  # kind -> Stripe objects that need no row of ours
    coverage: Coverage | None = None  # None: the snapshot has all rows and all objects

    @property
    def orders_of_transfers_at_stripe(self) -> Mapping[str, int]:
        """Return transfer -> order, of transfers that a person made at Stripe and an admin took for pay."""
        return {
            posting.posting_key.partition(":")[2]: posting.order_id
            for posting in self.postings
            if posting.kind == TRANSFER_AT_STRIPE and posting.order_id is not None
        }
