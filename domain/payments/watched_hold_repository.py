"""Holds to keep an eye on: those without a saga at work, those that will expire, and those that are in use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select

from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import STATUSES_BEFORE_CAPTURE, STATUSES_WITH_RUNNER, OrderStatus
from domain.orders.tables import orders
from domain.payments.hold_repository import hold_from_row
from domain.payments.model import LIVE_HOLDS, ExpiringHold, Hold, HoldInUse, HoldPart, HoldStatus
from domain.payments.tables import hold
from domain.saga.lookup_repository import has_saga_at_work


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleHold:
    """A live hold with a payment intent, and its order, without a saga at work."""

    hold: Hold
    payment_intent: str
    order_status: OrderStatus
    campus_id: int


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


async def find_hold_in_use(work: UnitOfWork, payment_intent: str) -> HoldInUse | None:
    """Return the hold with this payment intent if an order with a runner counts on it."""
    query = (
        select(hold.c.id, hold.c.order_id, orders.c.campus_id)
        .join(orders, orders.c.id == hold.c.order_id)
        .where(hold.c.payment_intent == payment_intent, hold.c.status == HoldStatus.HELD)
        .where(orders.c.status.in_(STATUSES_WITH_RUNNER), hold.c.part == HoldPart.CURRENT)
    )
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else HoldInUse(**row)
