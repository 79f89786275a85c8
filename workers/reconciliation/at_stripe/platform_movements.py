"""What changes the platform's balance and belongs to no order: pay-outs to its bank, top-ups, Stripe's fees."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.accounts import LedgerAccount, bank_account, stripe_fees_account
from domain.ledger.postings_at_stripe import movement_posting
from domain.ledger.repository import post_to_ledger
from workers.stripe.objects.balance import BalanceTransaction

# Stripe's type of the balance transaction -> what stands against Stripe's balance in the books.
COUNTERPARTS: Mapping[str, Callable[[str], LedgerAccount]] = MappingProxyType(
    {
        "payout": bank_account,
        "payout_cancel": bank_account,
        "payout_failure": bank_account,
        "topup": bank_account,
        "topup_reversal": bank_account,
        "stripe_fee": stripe_fees_account,
        "stripe_fx_fee": stripe_fees_account,
        "tax_fee": stripe_fees_account,
    }
)


def posting_key(found: BalanceTransaction) -> str | None:
    """Return the key under which a movement of the platform is booked; None for one that belongs to an object."""
    return f"movement:{found.id}" if found.raw_type in COUNTERPARTS else None


async def book_platform_movement(work: UnitOfWork, found: BalanceTransaction) -> None:
    """Book it, once; one that changed nothing is not booked."""
    if found.net:
        counterpart = COUNTERPARTS[found.raw_type](found.currency)
        posting = movement_posting(
            balance_transaction=found.id, kind=found.raw_type, counterpart=counterpart, net=found.net
        )
        await post_to_ledger(work, posting, None)
