"""What Stripe took for a charge, booked in the ledger."""

from typing import Any

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import fee_posting
from domain.ledger.repository import post_to_ledger
from domain.orders.states import Order


async def book_fee(work: UnitOfWork, order: Order, captured: dict[str, Any]) -> None:
    """Book what Stripe took for a charge, if Stripe reported it together with the charge."""
    if captured.get("fee"):
        name, fee = str(captured["balance_transaction"]), int(captured["fee"])
        await post_to_ledger(
            work, fee_posting(balance_transaction=name, fee=fee, currency=order.price.currency), order.id
        )
