"""A refund that a person made at Stripe's dashboard: adopted as one that the platform bears, and told once."""

from dataclasses import dataclass

from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import refund_failed_posting, refund_posting
from domain.ledger.repository import post_to_ledger
from domain.messaging.outbox_repository import notify, refresh_existing_order_messages
from domain.money import format_money
from domain.orders.repository import lock_order
from domain.orders.states import Order
from domain.payments.advances import DONE_AT_STRIPE
from domain.refunds.at_stripe.advance_repository import sum_unearned_advance
from domain.refunds.model import Refund, RefundEvent, RefundOrigin, RefundStatus
from domain.refunds.notifications import refund_made, refunded_at_stripe
from domain.refunds.repository import find_refund_by_stripe_id, find_refundable, insert_refund, move_refund


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAtStripe:
    """A refund as Stripe has it, in minor units."""

    refund: str
    payment_intent: str
    amount: int
    currency: str
    status: RefundStatus
    failure: str | None


async def adopt_refund(work: UnitOfWork, campus_id: int, order_id: int, found: RefundAtStripe) -> None:
    """Book a refund of this order that no row of ours names, and tell the customer and the admins; once."""
    order = await lock_order(work, campus_id, order_id)
    if await find_refund_by_stripe_id(work, found.refund) is not None:
        return
    unearned = await sum_unearned_advance(work, found.payment_intent)
    made = await insert_refund(
        work,
        {
            "campus_id": order.campus_id,
            "order_id": order.id,
            "runner_id": order.runner_id,
            "origin": RefundOrigin.STRIPE,
            "amount": found.amount,
            "runner_amount": 0,
            "from_advance": min(found.amount, unearned),
            "currency": found.currency,
            "payment_intent": found.payment_intent,
            "refund": found.refund,
            "reason": "",
        },
    )
    await _book(work, made, found)
    await log_event(
        work,
        SYSTEM,
        campus_id=order.campus_id,
        order_id=order.id,
        subject="refund",
        subject_id=made.id,
        happened=DONE_AT_STRIPE,
        after=found.status,
        reason=format_money(made.amount, made.currency),
    )
    await refresh_existing_order_messages(work, order.id)
    await _tell(work, order, made, found)


async def _book(work: UnitOfWork, made: Refund, found: RefundAtStripe) -> None:
    """Move the row as far as the refund is, and book it; one that failed by now was booked by Stripe both ways."""
    parts = {"platform_amount": made.amount, "runner_amount": 0, "from_advance": made.from_advance}
    posting = refund_posting(refund=found.refund, runner=None, currency=made.currency, **parts)
    await post_to_ledger(work, posting, made.order_id)
    settled = {} if found.status is RefundStatus.PENDING else {"settled_at": work.now}
    await move_refund(work, made.id, RefundEvent.ACCEPTED)
    if found.status is RefundStatus.SUCCEEDED:
        await move_refund(work, made.id, RefundEvent.SUCCEEDED, **settled)
    elif found.status is RefundStatus.FAILED:
        await move_refund(work, made.id, RefundEvent.FAILED, refusal=found.failure)
        failed = refund_failed_posting(refund=found.refund, runner=None, currency=made.currency, **parts)
        await post_to_ledger(work, failed, made.order_id)


async def _tell(work: UnitOfWork, order: Order, made: Refund, found: RefundAtStripe) -> None:
    if found.status is not RefundStatus.FAILED:
        await notify(work, refund_made(made, order.customer_id))
        left = (await find_refundable(work, order.campus_id, order.id)).left
        await notify(work, refunded_at_stripe(made, max(0, left)))
