"""Refunds in Postgres: inserted under the order's lock, moved by guarded UPDATEs."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, insert, select, update

from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.repository import find_transfer_amount
from domain.orders.repository import find_order
from domain.orders.states import FINAL_ORDER_STATUSES, OrderStatus
from domain.payments.hold_repository import find_current_hold
from domain.payouts.model import Payable, PayoutStatus
from domain.payouts.repository import find_payable
from domain.refunds.model import (
    LIVE_REFUNDS,
    REFUND_TRANSITIONS,
    Refund,
    RefundEvent,
    RefundOrigin,
    RefundStatus,
)
from domain.refunds.refund_split import Refundable
from domain.refunds.tables import refund
from domain.saga.lookup_repository import has_saga_at_work


def sum_refunded(order_id: ColumnElement[int]) -> ColumnElement[int]:
    """Build the sum (minor units) that went, or is going, back to the customer of this order."""
    made = (refund.c.order_id == order_id, refund.c.status.in_(LIVE_REFUNDS))
    return select(func.coalesce(func.sum(refund.c.amount), 0)).where(*made).scalar_subquery()


async def list_order_refunds(work: UnitOfWork, order_id: int) -> Sequence[Refund]:
    """Return all refunds of an order, failed ones too, oldest first."""
    query = select(refund).where(refund.c.order_id == order_id).order_by(refund.c.id)
    return [refund_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def find_refund_by_stripe_id(work: UnitOfWork, stripe_refund: str) -> Refund | None:
    """Return the refund that Stripe knows by this id."""
    row = (
        (await work.connection.execute(select(refund).where(refund.c.refund == stripe_refund))).mappings().one_or_none()
    )
    return None if row is None else refund_from_row(row)


async def list_idle_pending_refunds(work: UnitOfWork, *, min_age: timedelta, limit: int) -> Sequence[Refund]:
    """Return refunds of this age that the bank has not decided, and without a saga at work for their order."""
    old = refund.c.asked_at < func.now() - min_age
    pending = refund.c.status == RefundStatus.PENDING
    idle = ~has_saga_at_work(refund.c.order_id)
    query = select(refund).where(pending, old, refund.c.refund.is_not(None), idle).limit(limit)
    return [refund_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def find_refundable(work: UnitOfWork, campus_id: int, order_id: int) -> Refundable:
    """Return what may be refunded of an order now; the caller holds the order's lock to rely on it.

    Of an order that ended without its food only what a person at Stripe captured, and nobody but us bears it.
    """
    order, hold = await find_order(work, campus_id, order_id), await find_current_hold(work, order_id)
    is_earned = order.status is OrderStatus.COMPLETED
    is_paid = hold is not None and (is_earned or (hold.is_advance and order.status in FINAL_ORDER_STATUSES))
    paid = hold.captured if hold is not None and is_paid else 0
    made = await list_order_refunds(work, order_id)
    back = [one for one in made if hold is not None and one.payment_intent == hold.payment_intent]
    return Refundable(
        paid=paid,
        left=paid - sum(one.amount for one in back if one.status in LIVE_REFUNDS),
        runner_amount=await _runner_refundable(work, await find_payable(work, order_id), made) if is_earned else 0,
        currency=order.price.currency,
    )


async def _runner_refundable(work: UnitOfWork, owed: Payable | None, made: Sequence[Refund]) -> int:
    """Return the minor units the runner has from the order and does not bear yet: what is due, or what was sent.

    Only the newest transfer is reversed. A second one exists only where a refund that the runner bore failed.
    """
    if owed is None:
        return 0
    if owed.status is not PayoutStatus.PAID:
        return owed.due
    asked = [one for one in made if one.status in LIVE_REFUNDS]
    newest = await find_transfer_amount(work, owed.transfer)
    newest -= sum(one.taken_back for one in made if one.transfer == owed.transfer)
    newest -= sum(one.to_take_back for one in asked if one.transfer == owed.transfer)
    return max(0, min(newest, owed.sent - sum(one.to_take_back for one in asked)))


async def insert_refund(work: UnitOfWork, values: dict[str, object]) -> Refund:
    """Insert a refund that was decided; Stripe does not know of it yet."""
    row = (await work.connection.execute(insert(refund).values(values).returning(refund))).mappings().one()
    return refund_from_row(row)


async def lock_refund(work: UnitOfWork, refund_id: int) -> Refund:
    """Return the refund, locked until this transaction ends."""
    query = select(refund).where(refund.c.id == refund_id).with_for_update()
    return refund_from_row((await work.connection.execute(query)).mappings().one())


async def move_refund(work: UnitOfWork, refund_id: int, happened: RefundEvent, **changes: object) -> Refund | None:
    """Move a refund and log it. Return None, and change nothing, when the event is not legal in its status."""
    legal = [before for before, event in REFUND_TRANSITIONS if event is happened]
    (after,) = {status for (_, event), status in REFUND_TRANSITIONS.items() if event is happened}
    before = select(refund.c.id, refund.c.status).where(refund.c.id == refund_id).with_for_update().subquery("before")
    statement = (
        update(refund)
        .where(refund.c.id == before.c.id, refund.c.status.in_(legal))
        .values(status=after, **changes)
        .returning(refund, before.c.status.label("status_before"))
    )
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    await log_event(
        work,
        SYSTEM,
        campus_id=row["campus_id"],
        order_id=row["order_id"],
        subject="refund",
        subject_id=refund_id,
        happened=happened,
        before=row["status_before"],
        after=after,
        reason=row["refusal"],
    )
    return refund_from_row(row)


async def update_refund(work: UnitOfWork, refund_id: int, **changes: object) -> None:
    """Change columns of a refund other than its status."""
    await work.connection.execute(update(refund).where(refund.c.id == refund_id).values(**changes))


def refund_from_row(row: RowValues) -> Refund:
    plain = {name: row[name] for name in Refund.__slots__ if name not in ("status", "origin")}
    return Refund(status=RefundStatus(row["status"]), origin=RefundOrigin(row["origin"]), **plain)
