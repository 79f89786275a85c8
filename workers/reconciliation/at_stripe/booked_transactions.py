"""What the books have of a balance transaction, and what they lack of it."""

from dataclasses import dataclass

from domain.reconciliation.discrepancy import ObservedDiscrepancy
from domain.reconciliation.unbooked_repository import UnbookedMovement

FEE_POSTING_KEY = "fee:{}"  # of a balance transaction


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
