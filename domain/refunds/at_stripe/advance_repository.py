"""What is left of an advance, payment by payment: what was captured, less what went back and what was earned."""

from datetime import timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.accounts import advances_account
from domain.ledger.repository import sum_of_posting
from domain.payments.hold_repository import is_current_hold_of, is_held_for
from domain.payments.tables import hold
from domain.refunds.model import LIVE_REFUNDS
from domain.refunds.tables import refund


def sum_sent_back(amount: ColumnElement[int]) -> ColumnElement[int]:
    """Build the sum of these minor units of the refunds that went, or are going, back of the hold's payment."""
    live = (refund.c.payment_intent == hold.c.payment_intent, refund.c.status.in_(LIVE_REFUNDS))
    return select(func.coalesce(func.sum(amount), 0)).where(*live).scalar_subquery()


def is_paid_or_held_for(order_id: int, margin: timedelta) -> ColumnElement[bool]:
    """Build the condition that the order's hold stands, and for at least this long, or that an advance is left.

    An advance of which all went back pays for nothing.
    """
    left = exists().where(
        is_current_hold_of(order_id), hold.c.is_advance, hold.c.captured > sum_sent_back(refund.c.amount)
    )
    return or_(is_held_for(order_id, margin), left)


async def sum_unearned_advance(work: UnitOfWork, payment_intent: str) -> int:
    """Return what of this payment was captured in advance, and neither earned nor sent back by now, in minor units.

    0 for a payment that is no advance.
    """
    query = select(hold.c.currency, hold.c.captured - sum_sent_back(refund.c.from_advance)).where(
        hold.c.payment_intent == payment_intent, hold.c.is_advance
    )
    row = (await work.connection.execute(query)).one_or_none()
    if row is None:
        return 0
    currency, left = row
    earned = await sum_of_posting(work, f"earned:{payment_intent}", advances_account(currency).code)
    return max(0, int(left) - earned)
