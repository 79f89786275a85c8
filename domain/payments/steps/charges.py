"""What Stripe took for a charge, booked in the ledger."""

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import fee_posting
from domain.ledger.repository import post_to_ledger
from domain.orders.sagas.payment_data import TakenPayment
from domain.orders.states import Order
from domain.payments.settlement import pause_unsettled_campus


async def book_fee(work: UnitOfWork, order: Order, taken: TakenPayment) -> None:
    """Book what Stripe took for a charge, if Stripe reported it together with the charge.

    A fee in another currency is none of the order's: it is not booked, and the campus takes no new orders.
    """
    if taken.settled_currency not in (None, order.price.currency):
        await pause_unsettled_campus(work, order, str(taken.settled_currency))
        return
    if taken.fee and taken.balance_transaction is not None:
        fee = fee_posting(balance_transaction=taken.balance_transaction, fee=taken.fee, currency=order.price.currency)
        await post_to_ledger(work, fee, order.id)
