"""Rows of an order that stand between two steps of a saga: no one but a saga moves them on."""

from sqlalchemy import ColumnElement, exists, or_, select

from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import ABANDONED_STATUSES, STATUSES_MOVED_BY_SAGA
from domain.orders.tables import orders
from domain.payments.model import HoldStatus
from domain.payments.tables import hold
from domain.payouts.model import PayoutStatus
from domain.payouts.tables import payable
from domain.refunds.model import RefundStatus
from domain.refunds.tables import refund

MOVING_HOLDS = (HoldStatus.REQUESTED, HoldStatus.APPROVAL)
MOVING_REFUNDS = (RefundStatus.REQUESTED, RefundStatus.PENDING)


async def is_order_half_done(work: UnitOfWork, order_id: int) -> bool:
    """Return whether the order, its holds, its payable or its refunds wait for the next step of a saga."""
    query = select(exists().where(orders.c.id == order_id, or_(*_half_done_conditions())))
    return bool((await work.connection.execute(query)).scalar_one())


def _half_done_conditions() -> tuple[ColumnElement[bool], ...]:
    holds, ended = hold.c.order_id == orders.c.id, orders.c.status.in_(ABANDONED_STATUSES)
    return (
        orders.c.status.in_(STATUSES_MOVED_BY_SAGA),
        exists().where(holds, hold.c.status.in_(MOVING_HOLDS)),
        ended & exists().where(holds, hold.c.status == HoldStatus.HELD),
        exists().where(payable.c.order_id == orders.c.id, payable.c.status == PayoutStatus.SENDING),
        exists().where(refund.c.order_id == orders.c.id, refund.c.status.in_(MOVING_REFUNDS)),
    )
