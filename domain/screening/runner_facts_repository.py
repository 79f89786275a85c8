"""The facts about a runner and their customers, read from orders and disputes."""

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from domain.campuses.tables import membership
from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import ABANDONED_STATUSES, DELIVERED_STATUSES, Order, OrderStatus
from domain.orders.tables import orders
from domain.refunds.model import DisputeStatus
from domain.refunds.tables import dispute
from domain.risk.customer_rules import is_new_customer
from domain.risk.facts import DAY, DISPUTE_MEMORY, WEEK, DeliveryFacts, PairDelivery, PastDelivery
from domain.risk.limits import RiskLimits


async def read_pair_deliveries(
    work: UnitOfWork, campus_id: int, runner_id: int, customer_id: int, *, but: int
) -> tuple[PairDelivery, ...]:
    """Return what this runner took of this customer in the last day and was not cancelled, without the order `but`."""
    amount = func.coalesce(orders.c.total, orders.c.ceiling)
    pair = (orders.c.campus_id == campus_id, orders.c.runner_id == runner_id, orders.c.customer_id == customer_id)
    lately = (orders.c.accepted_at > func.now() - DAY, orders.c.status.not_in(ABANDONED_STATUSES), orders.c.id != but)
    rows = await work.connection.execute(select(orders.c.accepted_at, amount.label("amount")).where(*pair, *lately))
    return tuple(PairDelivery(at=row.accepted_at, amount=row.amount) for row in rows)


async def read_delivery_facts(work: UnitOfWork, order: Order, limits: RiskLimits) -> DeliveryFacts:
    """Return what the rules for pay need to know of a delivered order.

    Raise LookupError when it has no runner, no receipt, or one of its times is missing.
    """
    accepted_at, bought_at, delivered_at = order.accepted_at, order.bought_at, order.delivered_at
    is_whole = order.runner_id is not None and order.receipt is not None
    if not is_whole or accepted_at is None or bought_at is None or delivered_at is None:
        raise LookupError(f"order {order.id} was not delivered")
    own = (orders.c.campus_id == order.campus_id, orders.c.runner_id == order.runner_id)
    delivered = (*own, orders.c.status.in_(DELIVERED_STATUSES), orders.c.id != order.id)
    earlier = await _count(work, *delivered)
    week = [
        _past_delivery(row, order.customer_id, limits)
        for row in await work.connection.execute(_deliveries(*delivered, orders.c.delivered_at > func.now() - WEEK))
    ]
    (this,) = [
        _past_delivery(row, order.customer_id, limits)
        for row in await work.connection.execute(_deliveries(*own, orders.c.id == order.id))
    ]
    return DeliveryFacts(
        accepted_at=accepted_at,
        bought_at=bought_at,
        delivered_at=delivered_at,
        amount=this.amount,
        by_pin=order.proof_photo is None,
        to_new_customer=this.to_new_customer,
        handed_over_before=earlier,
        deliveries=tuple(week),
        disputes=await _count_disputes(work, *own),
    )


def _deliveries(*which: ColumnElement[bool]) -> Select[Any]:
    """Build the query of deliveries, each with what was known of its customer at its hand-over."""
    before = orders.alias("before")
    completed = select(func.count()).where(
        before.c.campus_id == orders.c.campus_id,
        before.c.customer_id == orders.c.customer_id,
        before.c.status == OrderStatus.COMPLETED,
        before.c.completed_at < orders.c.delivered_at,
    )
    brought = (orders.c.receipt + orders.c.tip).label("brought")  # what two who agree can make as large as they like
    columns = (orders.c.delivered_at, brought, orders.c.customer_id, membership.c.joined_at)
    member = and_(membership.c.campus_id == orders.c.campus_id, membership.c.person_id == orders.c.customer_id)
    left = orders.c.proof_photo.is_(None).label("by_pin")
    query = select(*columns, left, completed.scalar_subquery().label("completed"))
    return query.select_from(orders.join(membership, member)).where(*which)


def _past_delivery(row: Row[Any], customer_id: int, limits: RiskLimits) -> PastDelivery:
    return PastDelivery(
        at=row.delivered_at,
        amount=row.brought,
        by_pin=row.by_pin,
        to_new_customer=is_new_customer(row.joined_at, row.completed, limits, row.delivered_at),
        to_same_customer=row.customer_id == customer_id,
    )


async def _count(work: UnitOfWork, *which: ColumnElement[bool]) -> int:
    return int((await work.connection.execute(select(func.count()).select_from(orders).where(*which))).scalar_one())


async def _count_disputes(work: UnitOfWork, *own: ColumnElement[bool]) -> int:
    counted = (DisputeStatus.OPEN, DisputeStatus.LOST)
    joined = orders.join(dispute, dispute.c.order_id == orders.c.id)
    query = select(func.count()).select_from(joined).where(*own, dispute.c.status.in_(counted))
    recent = query.where(dispute.c.opened_at > func.now() - DISPUTE_MEMORY)
    return int((await work.connection.execute(recent)).scalar_one())
