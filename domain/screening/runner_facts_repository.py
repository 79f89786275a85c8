"""The facts about a runner and their customers, read from orders, holds and disputes of all campuses."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Row, Select, Text, and_, bindparam, func, not_, or_, select, true

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


_ORDER, _RUNNER = bindparam("order", type_=BigInteger()), bindparam("runner", type_=BigInteger())
_DELIVERED_AT = bindparam("delivered", type_=DateTime(timezone=True))
# What the runner took on all campuses, and of it what was in the currency of the order, so that the index is used.
_RUN_BY_RUNNER = (orders.c.campus_id.in_(select(campus.c.id)), orders.c.runner_id == _RUNNER)
_SAME_CURRENCY = select(campus.c.id).where(campus.c.currency == bindparam("currency", type_=Text()))
_BROUGHT_BY_RUNNER = (orders.c.campus_id.in_(_SAME_CURRENCY), orders.c.runner_id == _RUNNER)
# A delivery before this one, however late this one is looked at.
_AT_ONCE = and_(orders.c.delivered_at == _DELIVERED_AT, orders.c.id < _ORDER)
_DELIVERED_BEFORE = and_(orders.c.status.in_(DELIVERED_STATUSES), or_(orders.c.delivered_at < _DELIVERED_AT, _AT_ONCE))
_PAIR_DELIVERIES = (
    select(orders.c.accepted_at, func.coalesce(orders.c.total, orders.c.ceiling).label("amount"))
    .where(*_BROUGHT_BY_RUNNER, orders.c.customer_id == bindparam("customer"), orders.c.id != _ORDER)
    .where(orders.c.accepted_at > func.now() - DAY, orders.c.status.not_in(ABANDONED_STATUSES))
)
_GIVEN_BACK = (
    select(barred_runner.c.given_back_at)
    .where(barred_runner.c.person_id == _RUNNER)
    .where(barred_runner.c.given_back_at > func.now() - DAY)
)
_COUNT_DELIVERIES = select(func.count()).select_from(orders).where(*_RUN_BY_RUNNER, _DELIVERED_BEFORE)
_COUNT_DISPUTES = (
    select(func.count())
    .select_from(orders.join(dispute, dispute.c.order_id == orders.c.id))
    .where(*_RUN_BY_RUNNER, dispute.c.status.in_((DisputeStatus.OPEN, DisputeStatus.LOST)))
    .where(dispute.c.opened_at > func.now() - DISPUTE_MEMORY)
)


async def read_pair_deliveries(work: UnitOfWork, order: Order) -> tuple[PairDelivery, ...]:
    """Return what the order's runner took of its customer in the last day and was not cancelled, without this order."""
    rows = await work.connection.execute(_PAIR_DELIVERIES, _values_of(order) | {"customer": order.customer_id})
    return tuple(PairDelivery(at=row.accepted_at, amount=row.amount) for row in rows)


async def read_given_back(work: UnitOfWork, runner_id: int) -> tuple[datetime, ...]:
    """Return when this runner gave orders back in the last day, on any campus: a second one shows no more places."""
    return tuple((await work.connection.execute(_GIVEN_BACK, {"runner": runner_id})).scalars())


async def read_delivery_facts(work: UnitOfWork, order: Order, limits: RiskLimits) -> DeliveryFacts:
    """Return what the rules for pay need to know of a delivered order.

    Raise LookupError when it has no runner, no receipt, or one of its times is missing.
    """
    accepted_at, bought_at, delivered_at = order.accepted_at, order.bought_at, order.delivered_at
    is_whole = order.runner_id is not None and order.receipt is not None
    if not is_whole or accepted_at is None or bought_at is None or delivered_at is None:
        raise LookupError(f"order {order.id} was not delivered")
    values = _values_of(order) | {"delivered": delivered_at}
    rows = (await work.connection.execute(_DELIVERIES, values | {"week_before": delivered_at - WEEK})).all()
    (this,) = [_past_delivery(row, order, limits) for row in rows if row.id == order.id]
    card = await find_card_facts(work, order.id)
    return DeliveryFacts(
        accepted_at=accepted_at,
        bought_at=bought_at,
        delivered_at=delivered_at,
        amount=this.amount,
        by_pin=this.by_pin,
        to_new_customer=this.to_new_customer,
        handed_over_before=int((await work.connection.execute(_COUNT_DELIVERIES, values)).scalar_one()),
        deliveries=tuple(_past_delivery(row, order, limits) for row in rows if row.id != order.id),
        disputes=int((await work.connection.execute(_COUNT_DISPUTES, values)).scalar_one()),
        is_elevated=card is not None and card.risk_level in _DOUBTS,
    )


def _values_of(order: Order) -> dict[str, Any]:
    return {"order": order.id, "runner": order.runner_id, "currency": order.price.currency}


def _deliveries() -> Select[Any]:
    """Build the query of a delivery and of the runner's in the week before it, with what was known of each customer."""
    week_before = bindparam("week_before", type_=DateTime(timezone=True))
    which = or_(and_(_DELIVERED_BEFORE, orders.c.delivered_at > week_before), orders.c.id == _ORDER)
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
    return query.select_from(orders.join(known, true())).where(*_BROUGHT_BY_RUNNER, which)


_DELIVERIES = _deliveries()


def _past_delivery(row: Row[Any], order: Order, limits: RiskLimits) -> PastDelivery:
    return PastDelivery(
        at=row.delivered_at,
        amount=row.brought,
        by_pin=row.by_pin,
        to_new_customer=is_new_customer(row.known_since, row.completed, limits, row.delivered_at),
        to_same_customer=row.customer_id == order.customer_id,
    )
