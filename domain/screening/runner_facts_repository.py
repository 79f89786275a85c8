"""The facts about a runner and their customers, read from orders, holds and disputes of all campuses."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, not_, or_, select, true

from domain.campuses.tables import campus
from domain.database.tables import event_log
from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import ABANDONED_STATUSES, DELIVERED_STATUSES, Order, OrderEvent, OrderStatus
from domain.orders.tables import barred_runner, orders
from domain.payments.card_facts_repository import find_card_facts
from domain.refunds.model import DisputeStatus
from domain.refunds.tables import dispute
from domain.risk.customer_rules import is_new_customer
from domain.risk.facts import DAY, DISPUTE_MEMORY, WEEK, DeliveryFacts, PairDelivery, PastDelivery
from domain.risk.limits import RiskLimits

_DOUBTS = frozenset({"elevated", "highest"})  # Radar's levels; it blocks the highest unless an operator changed that


def _brought_by(order: Order) -> tuple[ColumnElement[bool], ...]:
    """Build the condition for what this order's runner took, in its currency on all campuses, by the index for it."""
    same = select(campus.c.id).where(campus.c.currency == order.price.currency)
    return orders.c.campus_id.in_(same), orders.c.runner_id == order.runner_id


async def read_pair_deliveries(work: UnitOfWork, order: Order) -> tuple[PairDelivery, ...]:
    """Return what the order's runner took of its customer in the last day and was not cancelled, without this order."""
    amount = func.coalesce(orders.c.total, orders.c.ceiling)
    pair = (*_brought_by(order), orders.c.customer_id == order.customer_id, orders.c.id != order.id)
    lately = (orders.c.accepted_at > func.now() - DAY, orders.c.status.not_in(ABANDONED_STATUSES))
    rows = await work.connection.execute(select(orders.c.accepted_at, amount.label("amount")).where(*pair, *lately))
    return tuple(PairDelivery(at=row.accepted_at, amount=row.amount) for row in rows)


async def read_given_back(work: UnitOfWork, runner_id: int) -> tuple[datetime, ...]:
    """Return when this runner gave orders back in the last day, on any campus: a second one shows no more places."""
    own = select(barred_runner.c.given_back_at).where(barred_runner.c.person_id == runner_id)
    recent = own.where(barred_runner.c.given_back_at > func.now() - DAY)
    return tuple((await work.connection.execute(recent)).scalars())


async def read_delivery_facts(work: UnitOfWork, order: Order, limits: RiskLimits) -> DeliveryFacts:
    """Return what the rules for pay need to know of a delivered order.

    Raise LookupError when it has no runner, no receipt, or one of its times is missing.
    """
    accepted_at, bought_at, delivered_at = order.accepted_at, order.bought_at, order.delivered_at
    is_whole = order.runner_id is not None and order.receipt is not None
    if not is_whole or accepted_at is None or bought_at is None or delivered_at is None:
        raise LookupError(f"order {order.id} was not delivered")
    before = _delivered_before(order, delivered_at)
    in_week = and_(*before, orders.c.delivered_at > delivered_at - WEEK)
    rows = (await work.connection.execute(_deliveries(order, or_(in_week, orders.c.id == order.id)))).all()
    (this,) = [_past_delivery(row, order, limits) for row in rows if row.id == order.id]
    card = await find_card_facts(work, order.id)
    return DeliveryFacts(
        accepted_at=accepted_at,
        bought_at=bought_at,
        delivered_at=delivered_at,
        amount=this.amount,
        by_pin=this.by_pin,
        to_new_customer=this.to_new_customer,
        handed_over_before=await _count_deliveries(work, order, *before),
        deliveries=tuple(_past_delivery(row, order, limits) for row in rows if row.id != order.id),
        disputes=await _count_disputes(work, order),
        is_elevated=card is not None and card.risk_level in _DOUBTS,
    )


def _delivered_before(order: Order, delivered_at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Build the condition for a delivery before this one, however late this one is looked at."""
    at_once = and_(orders.c.delivered_at == delivered_at, orders.c.id < order.id)
    return orders.c.status.in_(DELIVERED_STATUSES), or_(orders.c.delivered_at < delivered_at, at_once)


def _deliveries(order: Order, which: ColumnElement[bool]) -> Select[Any]:
    """Build the query of deliveries of the order's runner, each with what was known of its customer then."""
    before = orders.alias("before")
    known = (
        select(func.count().label("completed"), func.min(before.c.completed_at).label("known_since"))
        .where(before.c.campus_id.in_(select(campus.c.id)), before.c.customer_id == orders.c.customer_id)
        .where(before.c.status == OrderStatus.COMPLETED, before.c.completed_at < orders.c.delivered_at)
        .lateral("known")
    )
    finished = (event_log.c.subject == "order", event_log.c.event == OrderEvent.FINISHED_BY_ADMIN)
    by_admin = select(event_log.c.id).where(event_log.c.order_id == orders.c.id, *finished)
    by_pin = and_(orders.c.proof_photo.is_(None), not_(by_admin.exists())).label("by_pin")
    columns = (orders.c.id, orders.c.delivered_at, orders.c.customer_id, known.c.completed, known.c.known_since)
    query = select(*columns, (orders.c.receipt + orders.c.tip).label("brought"), by_pin)
    return query.select_from(orders.join(known, true())).where(*_brought_by(order), which)


def _past_delivery(row: Row[Any], order: Order, limits: RiskLimits) -> PastDelivery:
    return PastDelivery(
        at=row.delivered_at,
        amount=row.brought,
        by_pin=row.by_pin,
        to_new_customer=is_new_customer(row.known_since, row.completed, limits, row.delivered_at),
        to_same_customer=row.customer_id == order.customer_id,
    )


async def _count_deliveries(work: UnitOfWork, order: Order, *which: ColumnElement[bool]) -> int:
    """Count deliveries of the order's runner, whatever their currency."""
    query = select(func.count()).select_from(orders).where(*_run_by(order), *which)
    return int((await work.connection.execute(query)).scalar_one())


def _run_by(order: Order) -> tuple[ColumnElement[bool], ...]:
    return orders.c.campus_id.in_(select(campus.c.id)), orders.c.runner_id == order.runner_id


async def _count_disputes(work: UnitOfWork, order: Order) -> int:
    counted = (DisputeStatus.OPEN, DisputeStatus.LOST)
    joined = orders.join(dispute, dispute.c.order_id == orders.c.id)
    query = select(func.count()).select_from(joined).where(*_run_by(order), dispute.c.status.in_(counted))
    recent = query.where(dispute.c.opened_at > func.now() - DISPUTE_MEMORY)
    return int((await work.connection.execute(recent)).scalar_one())
