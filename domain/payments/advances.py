"""An advance: money that a person at Stripe captured before its order was completed. It is adopted as it is, and told.

It pays the order when that is completed. What is more than the total goes back to the customer, and what it is short
the platform bears.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings_at_stripe import advance_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.money import format_money
from domain.orders.repository import find_order_of_any_campus
from domain.orders.sagas.payment_data import TakenPayment
from domain.payments.hold_repository import move_hold_by_id
from domain.payments.model import Hold, HoldEvent, HoldStatus
from domain.payments.notifications.holds import captured_at_stripe
from domain.payments.steps.charges import book_fee

DONE_AT_STRIPE = "done_at_stripe"  # in the history of an order: a person did it at Stripe itself


@dataclass(frozen=True, slots=True)
class AdvanceRegister:
    """What the room of refunds knows of advances, bound at start."""

    sum_unearned: Callable[[UnitOfWork, str], Awaitable[int]]  # of this payment intent, in minor units


async def adopt_advance(work: UnitOfWork, hold: Hold, taken: TakenPayment) -> bool:
    """Record that a live hold was captured by a person at Stripe, book it, and tell the admins.

    Return False, and change nothing, when the hold is not live any more.
    """
    order = await find_order_of_any_campus(work, hold.order_id)
    if order is None:
        raise LookupError(f"hold {hold.id} is of no order")
    happened = HoldEvent.CAPTURED if hold.status is HoldStatus.HELD else HoldEvent.CHARGED
    changes = {"payment_intent": taken.payment_intent, "charge": taken.charge, "captured": taken.amount}
    if await move_hold_by_id(work, hold.id, happened, **changes, is_advance=True, approval_url=None) is None:
        return False
    posting = advance_posting(payment_intent=taken.payment_intent, amount=taken.amount, currency=hold.currency)
    await post_to_ledger(work, posting, hold.order_id)
    await book_fee(work, order, taken)
    await log_event(
        work,
        SYSTEM,
        campus_id=order.campus_id,
        order_id=order.id,
        subject="hold",
        subject_id=hold.id,
        happened=DONE_AT_STRIPE,
        reason=format_money(taken.amount, hold.currency),
    )
    await refresh_existing_order_messages(work, order.id)
    await notify(work, captured_at_stripe(order, hold, taken.amount))
    return True
