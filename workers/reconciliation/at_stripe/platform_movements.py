"""What changes the platform's balance and belongs to no order: its bank, Stripe's fees, reserves."""

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings_at_stripe import movement_posting
from domain.ledger.repository import post_to_ledger
from workers.reconciliation.at_stripe.movement_types import MOVEMENT_TYPES, Lookup
from workers.stripe.objects.balance import BalanceTransaction


async def book_platform_movement(work: UnitOfWork, found: BalanceTransaction) -> bool:
    """Book it once, if an account stands against it; return whether one does. A net of zero is not booked."""
    counterpart = MOVEMENT_TYPES[found.type]
    if isinstance(counterpart, Lookup):
        return False
    if found.net:
        account = counterpart(found.currency)
        posting = movement_posting(
            balance_transaction=found.id, kind=found.raw_type, counterpart=account, net=found.net
        )
        await post_to_ledger(work, posting, None)
    return True
