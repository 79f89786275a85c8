"""Holds in Postgres: inserted as requested, moved by guarded UPDATEs."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, bindparam, exists, func, insert, select, true, update

from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.orders.tables import orders
from domain.payments.model import HOLD_TRANSITIONS, Hold, HoldEvent, HoldPart, HoldStatus
from domain.payments.tables import hold

_CURRENT_HOLD = select(hold).where(hold.c.order_id == bindparam("number"), hold.c.part == HoldPart.CURRENT)


def is_current_hold_of(order_id: int) -> ColumnElement[bool]:
    """Build the condition for the hold this order counts on, in any status; there is at most one."""
    return and_(hold.c.order_id == order_id, hold.c.part == HoldPart.CURRENT)


async def find_hold(work: UnitOfWork, which: ColumnElement[bool]) -> Hold | None:
    """Return the hold that meets the condition, if there is one; at most one may."""
    row = (await work.connection.execute(select(hold).where(which))).mappings().one_or_none()
    return None if row is None else hold_from_row(row)


async def find_current_hold(work: UnitOfWork, order_id: int) -> Hold | None:
    """Return the hold this order counts on, in any status."""
    row = (await work.connection.execute(_CURRENT_HOLD, {"number": order_id})).mappings().one_or_none()
    return None if row is None else hold_from_row(row)


async def find_hold_by_intent(work: UnitOfWork, payment_intent: str) -> Hold | None:
    """Return the hold that has this payment intent, in any status."""
    return await find_hold(work, hold.c.payment_intent == payment_intent)


async def find_hold_by_charge(work: UnitOfWork, charge: str) -> Hold | None:
    """Return the hold that was captured by this charge."""
    return await find_hold(work, hold.c.charge == charge)


async def list_newest_payment_intents(work: UnitOfWork, limit: int) -> Sequence[str]:
    """Return the payment intents of the newest holds, on any campus."""
    query = select(hold.c.payment_intent).where(hold.c.payment_intent.is_not(None)).order_by(hold.c.id.desc())
    return (await work.connection.execute(query.limit(limit))).scalars().all()


async def find_hold_by_id(work: UnitOfWork, hold_id: int) -> Hold | None:
    """Return the hold with this id, in any status."""
    return await find_hold(work, hold.c.id == hold_id)


async def move_hold_by_id(work: UnitOfWork, hold_id: int, happened: HoldEvent, **changes: object) -> Hold | None:
    """Move the hold with this id, otherwise as move_current_hold."""
    return await move_hold_where(work, hold.c.id == hold_id, happened, **changes)


async def link_closed_hold(work: UnitOfWork, saga_id: str, payment_intent: str) -> None:
    """Store the payment intent on the closed hold of this saga, which never got an answer."""
    closed = hold.c.status.in_((HoldStatus.RELEASED, HoldStatus.REFUSED))
    unlinked = select(hold.c.id).where(hold.c.saga_id.cast(Text) == saga_id, hold.c.payment_intent.is_(None), closed)
    this = update(hold).where(hold.c.id == unlinked.scalar_subquery())
    await work.connection.execute(this.values(payment_intent=payment_intent))


async def move_current_hold_with_intent(
    work: UnitOfWork, order_id: int, payment_intent: str, happened: HoldEvent, **changes: object
) -> Hold | None:
    """Move the order's current hold if this is its payment intent, otherwise as move_current_hold."""
    this = and_(is_current_hold_of(order_id), hold.c.payment_intent == payment_intent)
    return await move_hold_where(work, this, happened, **changes)


async def move_current_hold(work: UnitOfWork, order_id: int, happened: HoldEvent, **changes: object) -> Hold | None:
    """Move the order's current hold and log it.

    Return None, and change nothing, when the event is not legal in its status.
    """
    return await move_hold_where(work, is_current_hold_of(order_id), happened, **changes)


async def move_hold_where(
    work: UnitOfWork, which: ColumnElement[bool], happened: HoldEvent, **changes: object
) -> Hold | None:
    """Move the one hold that meets the condition, otherwise as move_current_hold."""
    legal = [before for before, event in HOLD_TRANSITIONS if event is happened]
    (after,) = {status for (_, event), status in HOLD_TRANSITIONS.items() if event is happened}
    before = select(hold.c.id, hold.c.status).where(which).with_for_update().subquery("before")
    campus = select(orders.c.campus_id).where(orders.c.id == hold.c.order_id).scalar_subquery()
    statement = (
        update(hold)
        .where(hold.c.id == before.c.id, hold.c.status.in_(legal))
        .values(status=after, **changes)
        .returning(hold, before.c.status.label("status_before"), campus.label("campus_id"))
    )
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    await log_event(
        work,
        SYSTEM,
        campus_id=row["campus_id"],
        order_id=row["order_id"],
        subject="hold",
        subject_id=row["id"],
        happened=happened,
        before=row["status_before"],
        after=after,
        reason=row["refusal"],
    )
    return hold_from_row(row)


async def insert_current_hold(work: UnitOfWork, order_id: int, saga_id: UUID, amount: int, currency: str) -> None:
    """Insert the current hold of a new try to get an order's money (minor units); the one before is closed."""
    closed = hold.c.status.in_((HoldStatus.RELEASED, HoldStatus.REFUSED))
    # A live hold stays current, and the unique index hold_one_current then refuses the new row.
    before = update(hold).where(is_current_hold_of(order_id), closed)
    await work.connection.execute(before.values(part=HoldPart.FORMER))
    wanted = {"order_id": order_id, "saga_id": saga_id, "status": HoldStatus.REQUESTED}
    await work.connection.execute(insert(hold).values(**wanted, amount=amount, currency=currency))


def hold_from_row(row: RowValues) -> Hold:
    plain = {name: row[name] for name in Hold.__slots__ if name not in ("status", "part")}
    return Hold(status=HoldStatus(row["status"]), part=HoldPart(row["part"]), **plain)


async def insert_requested_hold(work: UnitOfWork, order_id: int, saga_id: UUID, amount: int, currency: str) -> None:
    """Insert the first hold of a new order (minor units); Stripe does not know of it yet."""
    values = {"order_id": order_id, "saga_id": saga_id, "status": HoldStatus.REQUESTED}
    await work.connection.execute(insert(hold).values(**values, amount=amount, currency=currency))


def is_held_for(order_id: int, margin: timedelta) -> ColumnElement[bool]:
    """Build the condition that the order's hold stands, and for at least this long."""
    stands = and_(hold.c.status == HoldStatus.HELD, func.coalesce(hold.c.capture_before > func.now() + margin, true()))
    return exists().where(is_current_hold_of(order_id), stands)
