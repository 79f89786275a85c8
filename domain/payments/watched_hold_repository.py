"""Holds that nothing moves for a while: those without a saga at work, and those that will expire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import STATUSES_BEFORE_CAPTURE, OrderStatus
from domain.orders.tables import orders
from domain.payments.hold_repository import hold_from_row
from domain.payments.model import LIVE_HOLDS, Hold, HoldPart, HoldStatus
from domain.payments.tables import hold
from domain.saga.lookup_repository import has_saga_at_work


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleHold:
    """A live hold with a payment intent, and its order, without a saga at work."""

    hold: Hold
    payment_intent: str
    order_status: OrderStatus
    campus_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiringHold:
    """The current hold of a purchased order; after `capture_before` it can't be captured any more."""

    id: int
    order_id: int
    campus_id: int
    capture_before: datetime


async def list_idle_holds(work: UnitOfWork, *, after: int, min_age: timedelta, limit: int) -> Sequence[IdleHold]:
    """Return live holds of this age with ids above `after`, and without a saga at work, by their ids."""
    old = or_(orders.c.placed_at < func.now() - min_age, hold.c.made_at < func.now() - min_age)
    query = (
        select(hold, orders.c.status.label("order_status"), orders.c.campus_id)
        .join(orders, orders.c.id == hold.c.order_id)
        .where(hold.c.id > after, hold.c.status.in_(LIVE_HOLDS), hold.c.payment_intent.is_not(None), old)
        .where(~has_saga_at_work(hold.c.order_id))
        .order_by(hold.c.id)
        .limit(limit)
    )
    return [
        IdleHold(
            hold=hold_from_row(row),
            payment_intent=row["payment_intent"],
            order_status=OrderStatus(row["order_status"]),
            campus_id=row["campus_id"],
        )
        for row in (await work.connection.execute(query)).mappings()
    ]


async def list_expiring_holds(work: UnitOfWork, within: timedelta) -> Sequence[ExpiringHold]:
    """Return the current holds of purchased orders that expire within this time, the most urgent first."""
    counts = (hold.c.status == HoldStatus.HELD, hold.c.part == HoldPart.CURRENT)
    bought = (*counts, orders.c.status.in_(STATUSES_BEFORE_CAPTURE))
    query = (
        select(hold.c.id, hold.c.order_id, orders.c.campus_id, hold.c.capture_before)
        .join(orders, orders.c.id == hold.c.order_id)
        .where(*bought, hold.c.capture_before < func.now() + within)
        .order_by(hold.c.capture_before)
    )
    return [ExpiringHold(**row) for row in (await work.connection.execute(query)).mappings()]
