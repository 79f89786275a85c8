"""What the books have of a balance transaction, and what they lack of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from domain.reconciliation.discrepancy import ObservedDiscrepancy
from domain.reconciliation.unbooked_repository import UnbookedMovement
from workers.stripe.objects.balance import BalanceTransaction, BalanceTransactionType

FEE_POSTING_KEY = "fee:{}"  # of a balance transaction
# The type of a balance transaction -> the posting keys of its source.
POSTING_KEYS_BY_TYPE: Mapping[BalanceTransactionType, Sequence[str]] = MappingProxyType(
    {
        BalanceTransactionType.TRANSFER: ("transfer:{}",),
        BalanceTransactionType.TRANSFER_REFUND: ("reversal:{}", "late_reversal:{}", "reversal_at_stripe:{}"),
        BalanceTransactionType.REFUND: ("refund:{}",),
        BalanceTransactionType.PAYMENT_REFUND: ("refund:{}",),
        BalanceTransactionType.REFUND_FAILURE: ("refund_failed:{}",),
        BalanceTransactionType.PAYMENT_FAILURE_REFUND: ("refund_failed:{}",),
    }
)


class OrderBusyError(Exception):
    """What a balance transaction is of is changing, such as by a saga of its order: read it again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedTransaction:
    """What the ledger has of the source of a balance transaction: minor units, None where nothing is booked."""

    campus_id: int
    order_id: int | None
    amount: int | None
    fee: int | None
    posting_keys: tuple[str, ...]  # of the amount
    currency: str | None = None  # of the order

    @property
    def net(self) -> int:
        """Minor units that the bookings added to Stripe's balance."""
        return (self.amount or 0) - (self.fee or 0)

    def is_converted(self, currency: str) -> bool:
        """Return whether what moved in this currency is of an order in another one."""
        return self.currency not in (None, currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class LackingDiscrepancy:
    """The discrepancy of a balance transaction, and what is due for it."""

    observed: ObservedDiscrepancy
    unbooked: tuple[UnbookedMovement, ...]  # one, or one in each currency of what Stripe converted
    is_fee: bool = False  # only Stripe's fee is not booked, which follows from our own capture


def list_posting_keys(found: BalanceTransaction) -> tuple[str, ...]:
    """Return the keys of the postings that book the source of a balance transaction, which is no payment."""
    if found.type is BalanceTransactionType.ADJUSTMENT:  # a dispute withdraws money, and returns it when it is won
        return (f"dispute:{found.source}" if found.net < 0 else f"dispute_won:{found.source}",)
    return tuple(key.format(found.source) for key in POSTING_KEYS_BY_TYPE.get(found.type, ()))


def as_unbooked_of_object(found: BalanceTransaction) -> UnbookedMovement:
    """Return what is due for a balance transaction of a transfer or a refund, and the keys that book it."""
    return UnbookedMovement(
        movement=found.id,
        net=found.net,
        currency=found.currency,
        posting_keys=(*list_posting_keys(found), FEE_POSTING_KEY.format(found.id)),
        due=found.net,
    )
