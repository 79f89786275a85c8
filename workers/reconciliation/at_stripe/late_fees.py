"""A fee of Stripe's that was named only after the capture: it follows from our own capture, so it is booked."""

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import fee_posting
from domain.ledger.repository import post_to_ledger
from workers.reconciliation.at_stripe.unbooked_objects import find_order_of_movement
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.stripe.gateway_intents import retrieve_intent
from workers.stripe.objects.balance import BalanceTransaction
from workers.stripe.steps.taken_payment import read_taken_payment


async def book_fee(work: UnitOfWork, found: BalanceTransaction, order_id: int | None) -> None:
    """Book the fee of a balance transaction."""
    fee = fee_posting(balance_transaction=found.id, fee=found.fee, currency=found.currency)
    await post_to_ledger(work, fee, order_id)


async def book_fee_of_part(context: ReconciliationContext, found: BalanceTransaction) -> bool:
    """Book what Stripe kept for a part of a hold; return False while Stripe has not named it."""
    payment_intent = found.cause.payment_intent
    if payment_intent is None:
        return False
    taken = read_taken_payment(await context.call_stripe(lambda client: retrieve_intent(client, payment_intent)))
    if taken.balance_transaction is None:
        return False
    if taken.fee:  # else Stripe bills its fees apart
        async with context.database() as work:
            fee = fee_posting(balance_transaction=found.id, fee=taken.fee, currency=found.currency)
            await post_to_ledger(work, fee, await find_order_of_movement(work, found))
    return True
