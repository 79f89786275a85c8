"""What Stripe took for a charge, booked in the ledger."""

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import fee_posting
from domain.ledger.repository import post_to_ledger
from domain.orders.sagas.payment_data import TakenPayment
from domain.orders.states import Order


async def book_fee(work: UnitOfWork, order: Order, taken: TakenPayment) -> None:
    """Book what Stripe took for a charge, if Stripe reported it together with the charge."""
    if taken.fee and taken.balance_transaction is not None:
        fee = fee_posting(balance_transaction=taken.balance_transaction, fee=taken.fee, currency=order.price.currency)
        await post_to_ledger(work, fee, order.id)
