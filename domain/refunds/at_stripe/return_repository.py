"""What was captured at Stripe above what its order cost, and has to go back, in Postgres."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import FINAL_ORDER_STATUSES, OrderStatus
from domain.orders.tables import orders
from domain.payments.model import HoldPart
from domain.payments.tables import hold
from domain.refunds.at_stripe.advance_repository import sum_sent_back
from domain.refunds.dispute_repository import is_dispute_of
from domain.refunds.model import REFUNDED_AT_STRIPE, RefundOrigin, RefundStatus
from domain.refunds.tables import refund
from domain.saga.lookup_repository import has_saga_at_work
from domain.settings.timeouts import Timeout

# So often doubled, the pause is the longest one.
MAX_DOUBLINGS = int(Timeout.RETURN_RETRY_MAX.delta / Timeout.RETURN_RETRY.delta).bit_length()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReturn:
    """What of an advance has to go back to the customer, in minor units."""

    campus_id: int
    order_id: int
    runner_id: int | None
    payment_intent: str
    amount: int
    currency: str
    returns: int  # how many were requested before, in any status


async def list_due_returns(work: UnitOfWork, limit: int) -> Sequence[DueReturn]:
    """Return what has to go back for orders without a saga at work and without a dispute, oldest first.

    One that the bank sent back was told, and an admin looks for another way. One that Stripe refused is made again
    after a pause that grows; one that was not made because a person may have made it at Stripe, at once.
    """
    failed = _returns().where(refund.c.status == RefundStatus.FAILED, or_(_was_sent_back(), _rests()))
    idle = (~has_saga_at_work(hold.c.order_id), ~is_dispute_of(hold.c.order_id))
    return await _list(work, *idle, ~failed.exists(), limit=limit)


async def find_due_return(work: UnitOfWork, payment_intent: str) -> DueReturn | None:
    """Return what has to go back of this payment; the caller holds the order's lock to rely on it."""
    found = await _list(work, hold.c.payment_intent == payment_intent, limit=1)
    return found[0] if found else None


async def _list(work: UnitOfWork, *which: ColumnElement[bool], limit: int) -> Sequence[DueReturn]:
    is_earned = and_(orders.c.status == OrderStatus.COMPLETED, hold.c.part == HoldPart.CURRENT)
    amount = hold.c.captured - sum_sent_back(refund.c.amount) - case((is_earned, orders.c.total), else_=0)
    is_over = or_(orders.c.status.in_(FINAL_ORDER_STATUSES), hold.c.part != HoldPart.CURRENT)
    query = (
        select(
            orders.c.campus_id,
            hold.c.order_id,
            orders.c.runner_id,
            hold.c.payment_intent,
            amount.label("amount"),
            hold.c.currency,
            _returns().with_only_columns(func.count()).scalar_subquery().label("returns"),
        )
        .join(orders, orders.c.id == hold.c.order_id)
        .where(hold.c.is_advance, is_over, amount > 0, *which)
        .order_by(hold.c.id)
        .limit(limit)
    )
    rows = (await work.connection.execute(query)).mappings()
    return [DueReturn(**{**row, "amount": int(row["amount"])}) for row in rows]  # Postgres sums to a Decimal


def _returns() -> Select[int]:
    """Select the returns of the hold's payment."""
    of_payment = (refund.c.payment_intent == hold.c.payment_intent, refund.c.origin == RefundOrigin.RETURN)
    return select(refund.c.id).where(*of_payment)


def _was_sent_back() -> ColumnElement[bool]:
    return refund.c.refund.is_not(None)


def _rests() -> ColumnElement[bool]:
    """Build the condition that Stripe refused it as lately as the pause is long, doubled with each refusal before."""
    before = refund.alias()
    count = select(func.count()).where(
        before.c.payment_intent == refund.c.payment_intent,
        before.c.origin == RefundOrigin.RETURN,
        before.c.id < refund.c.id,
    )
    doubled = func.power(2, func.least(count.scalar_subquery(), MAX_DOUBLINGS))  # an interval has a largest value
    pause = func.least(Timeout.RETURN_RETRY.delta * doubled, Timeout.RETURN_RETRY_MAX.delta)
    return and_(refund.c.refusal != REFUNDED_AT_STRIPE, refund.c.asked_at > func.now() - pause)
