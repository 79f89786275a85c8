"""Orders in Postgres: read in the scope of their campus, moved only by guarded UPDATEs."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    bindparam,
    column,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from domain.campuses.tables import membership
from domain.database.actors import Actor
from domain.database.event_log_repository import NewEvent, log_events
from domain.database.unit_of_work import UnitOfWork
from domain.errors import OrderClosed, OrderNotFound
from domain.orders.pricing import Price
from domain.orders.rows import order_from_row, price_columns
from domain.orders.states import (
    STATUSES_WITH_RUNNER,
    Order,
    OrderEvent,
    OrderStatus,
    source_statuses,
    target_status,
)
from domain.orders.tables import orders
from domain.orders.timers.repository import leave_former_status

PAGE_SIZE = 6  # orders on a page of /orders

# The column in which each event writes its time.
_TIMESTAMP_COLUMNS = {
    OrderEvent.PUBLISHED: "created_at",
    OrderEvent.CLAIMED: "accepted_at",
    OrderEvent.BOUGHT: "bought_at",
    OrderEvent.PICKED_UP: "picked_up_at",
    OrderEvent.ARRIVED: "arrived_at",
    OrderEvent.DELIVERED: "delivered_at",
    OrderEvent.COMPLETED: "completed_at",
    OrderEvent.UNPAID: "ended_at",
    OrderEvent.WITHDRAWN: "ended_at",
    OrderEvent.EXPIRED: "ended_at",
    OrderEvent.CANCELLED: "ended_at",
    OrderEvent.CANCELLED_BY_ADMIN: "ended_at",
    OrderEvent.HOLD_GONE: "ended_at",
    OrderEvent.FINISHED_BY_ADMIN: "delivered_at",
    OrderEvent.CLOSED_BY_ADMIN: "ended_at",
}

_ORDER = select(orders).where(orders.c.id == bindparam("number"), orders.c.campus_id == bindparam("campus"))
_LOCKED_ORDER = _ORDER.with_for_update(key_share=True)
_CUSTOMER_ORDERS = (
    select(orders)
    .where(orders.c.campus_id == bindparam("campus"), orders.c.customer_id == bindparam("person"))
    .where(orders.c.status.in_(bindparam("among", expanding=True)))
    .order_by(orders.c.id.desc())
    .offset(bindparam("skipped", type_=BigInteger()))
    .limit(PAGE_SIZE + 1)
)
_ACTIVE_DELIVERIES = select(orders).where(
    orders.c.campus_id == bindparam("campus"),
    orders.c.runner_id == bindparam("person"),
    orders.c.status.in_(STATUSES_WITH_RUNNER),
)
_ASKED = (
    func.unnest(bindparam("numbers", type_=ARRAY(BigInteger())), bindparam("campuses", type_=ARRAY(BigInteger())))
    .table_valued(column("id", BigInteger), column("campus_id", BigInteger), name="asked")
    .render_derived()
)
_MARK_HOLD_CHECKED = (
    update(orders)
    .where(orders.c.id == bindparam("number"), orders.c.claim == bindparam("by_claim"))
    .values(hold_checked=True, version=orders.c.version + 1)
)


async def has_ordered(work: UnitOfWork, campus_id: int, customer_id: int) -> bool:
    """Return whether the person ever placed an order on this campus."""
    query = select(exists().where(orders.c.campus_id == campus_id, orders.c.customer_id == customer_id))
    return bool((await work.connection.execute(query)).scalar_one())


async def find_order(work: UnitOfWork, campus_id: int, order_id: int) -> Order:
    """Return the order. Raise OrderNotFound when there is none or it belongs to another campus."""
    return await _read(work, _ORDER, campus_id, order_id)


async def find_moved_order(work: UnitOfWork, campus_id: int, order_id: int) -> Order:
    """Return the order as this transaction moved it last: that move locked it, so nobody else has changed it since.

    It is for what follows the move at once: what else the transaction writes to the order is not in it.
    """
    moved: Order | None = work.memo.get((Order, order_id))
    return await find_order(work, campus_id, order_id) if moved is None else moved


async def find_order_of_any_campus(work: UnitOfWork, order_id: int) -> Order | None:
    """Return the order if it exists, whatever its campus: for workers that follow an object of Stripe's to it."""
    row = (await work.connection.execute(select(orders).where(orders.c.id == order_id))).mappings().one_or_none()
    return None if row is None else order_from_row(row)


async def lock_order(work: UnitOfWork, campus_id: int, order_id: int) -> Order:
    """Return the same as find_order, locked until this transaction ends.

    Rows that refer to it (event log, messages) may still be inserted meanwhile. Otherwise two transactions could
    wait for each other: this one for a case or payable the other has locked, and the other to log an event of it.
    """
    return await _read(work, _LOCKED_ORDER, campus_id, order_id)


async def _read(work: UnitOfWork, query: Select[Any], campus_id: int, order_id: int) -> Order:
    row = (await work.connection.execute(query, {"number": order_id, "campus": campus_id})).mappings().one_or_none()
    if row is None:
        raise OrderNotFound
    return order_from_row(row)


async def try_move_order(
    work: UnitOfWork,
    actor: Actor,
    campus_id: int,
    order_id: int,
    happened: OrderEvent,
    *guards: ColumnElement[bool],
    reason: str | None = None,
    **changes: Any,
) -> Order | None:
    """Move an order as try_move_orders does. Return None, and change nothing, when a guard fails."""
    moved = await try_move_orders(work, actor, {order_id: campus_id}, happened, *guards, reason=reason, **changes)
    return moved.get(order_id)


async def try_move_orders(
    work: UnitOfWork,
    actor: Actor,
    campus_ids: Mapping[int, int],
    happened: OrderEvent,
    *guards: ColumnElement[bool],
    reason: str | None = None,
    **changes: Any,
) -> dict[int, Order]:
    """Move orders (their campuses by their ids) by one guarded UPDATE and log it. Return those that no guard kept."""
    computed = {name: value for name, value in changes.items() if isinstance(value, ColumnElement)}
    given = {name: value for name, value in changes.items() if name not in computed}
    statement = _guarded_update(happened, stamped=_TIMESTAMP_COLUMNS.get(happened) not in changes)
    if guards or computed:
        statement = statement.where(*guards).values(computed)
    asked = {"numbers": list(campus_ids), "campuses": list(campus_ids.values())}
    rows = (await work.connection.execute(statement, asked | given)).mappings().all()
    if not rows:
        return {}
    events = [
        NewEvent(
            campus_id=row["campus_id"],
            order_id=row["id"],
            subject="order",
            subject_id=row["id"],
            happened=happened,
            before=row["status_before"],
            after=row["status"],
            reason=reason,
        )
        for row in rows
    ]
    await log_events(work, actor, events)
    moved = {row["id"]: order_from_row(row) for row in rows}
    work.memo.update({(Order, order_id): order for order_id, order in moved.items()})
    await leave_former_status(work, moved.values())
    return moved


@cache
def _guarded_update(happened: OrderEvent, *, stamped: bool) -> ReturningUpdate[Any]:
    """Build the UPDATE that an event means; the parameters of its execution say what else changes."""
    is_asked = and_(orders.c.id == _ASKED.c.id, orders.c.campus_id == _ASKED.c.campus_id)
    present = select(orders.c.id, orders.c.status).join(_ASKED, is_asked)
    before = present.order_by(orders.c.id).with_for_update(of=orders, key_share=True).subquery("before")
    changed: dict[str, object] = {"status": target_status(happened), "version": orders.c.version + 1}
    stamp = _TIMESTAMP_COLUMNS.get(happened)
    if stamp is not None and stamped:
        changed[stamp] = func.now()
    return (
        update(orders)
        .where(orders.c.id == before.c.id)
        .where(orders.c.status.in_(source_statuses(happened)))
        .values(changed)
        .returning(orders, before.c.status.label("status_before"))
    )


async def move_order(
    work: UnitOfWork,
    actor: Actor,
    campus_id: int,
    order_id: int,
    happened: OrderEvent,
    *guards: ColumnElement[bool],
    reason: str | None = None,
    **changes: Any,
) -> Order:
    """Move an order as try_move_order does. Raise OrderClosed when a guard fails."""
    moved = await try_move_order(work, actor, campus_id, order_id, happened, *guards, reason=reason, **changes)
    if moved is None:
        raise OrderClosed
    return moved


async def mark_hold_checked(work: UnitOfWork, order_id: int, claim: UUID) -> bool:
    """Let the runner of this claim buy: the hold of the order stands. Return False when the claim is over."""
    checked = await work.connection.execute(_MARK_HOLD_CHECKED, {"number": order_id, "by_claim": claim})
    return checked.rowcount == 1


async def insert_order(work: UnitOfWork, values: dict[str, object]) -> Order:
    """Insert an order in status PENDING."""
    row = (await work.connection.execute(insert(orders).values(values).returning(orders))).mappings().one()
    return order_from_row(row)


async def save_price(work: UnitOfWork, order_id: int, price: Price) -> None:
    """Save the price that a locked order has from now on; nobody is asked for a higher limit any more."""
    changes = {**price_columns(price), "asked_limit": None, "version": orders.c.version + 1}
    await work.connection.execute(update(orders).where(orders.c.id == order_id).values(changes))


async def save_asked_limit(work: UnitOfWork, order_id: int, wanted: int | None) -> None:
    """Save the shop limit (minor units) that the customer of a locked order is asked for; None for no question."""
    await work.connection.execute(update(orders).where(orders.c.id == order_id).values(asked_limit=wanted))


async def record_receipt_photo(work: UnitOfWork, campus_id: int, order_id: int, photo: str) -> None:
    """Record the photo (Telegram's file id) of the receipt of a locked order."""
    statement = update(orders).where(orders.c.id == order_id, orders.c.campus_id == campus_id)
    await work.connection.execute(statement.values(receipt_photo=photo))


async def correct_receipt(work: UnitOfWork, order_id: int, *, receipt: int, total: int, runner_share: int) -> Order:
    """Correct the amounts (minor units) of a locked order that was bought."""
    amounts = {"receipt": receipt, "total": total, "runner_share": runner_share, "version": orders.c.version + 1}
    statement = update(orders).where(orders.c.id == order_id).values(amounts).returning(orders)
    return order_from_row((await work.connection.execute(statement)).mappings().one())


async def count_wrong_pin(work: UnitOfWork, order_id: int) -> None:
    """Count one more wrong PIN of a locked order."""
    statement = update(orders).where(orders.c.id == order_id)
    await work.connection.execute(statement.values(pin_tries=orders.c.pin_tries + 1))


async def renew_pin(work: UnitOfWork, order_id: int, pin: str) -> Order:
    """Give a locked order a new PIN, with all its attempts."""
    statement = update(orders).where(orders.c.id == order_id).values(pin=pin, pin_tries=0, version=orders.c.version + 1)
    return order_from_row((await work.connection.execute(statement.returning(orders))).mappings().one())


async def list_customer_orders(
    work: UnitOfWork, campus_id: int, person_id: int, page: int, statuses: Collection[OrderStatus] = tuple(OrderStatus)
) -> tuple[Sequence[Order], bool]:
    """Return a page (from 0) of a customer's orders in these statuses, newest first, and whether more follow."""
    asked = {"campus": campus_id, "person": person_id, "among": list(statuses), "skipped": page * PAGE_SIZE}
    rows = await work.connection.execute(_CUSTOMER_ORDERS, asked)
    found = [order_from_row(row) for row in rows.mappings()]
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE


async def list_active_deliveries(work: UnitOfWork, campus_id: int, runner_id: int) -> Sequence[Order]:
    """Return the orders a runner holds now."""
    rows = await work.connection.execute(_ACTIVE_DELIVERIES, {"campus": campus_id, "person": runner_id})
    return [order_from_row(row) for row in rows.mappings()]


async def list_orders_in_status(work: UnitOfWork, campus_id: int, status: OrderStatus) -> Sequence[Order]:
    """Return all orders of a campus in one status, oldest first."""
    query = select(orders).where(orders.c.campus_id == campus_id, orders.c.status == status).order_by(orders.c.id)
    return [order_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def has_pending_order(work: UnitOfWork, person_id: int) -> bool:
    """Return whether an order of the person waits for its hold, on any campus: they share one saved card."""
    campuses = select(membership.c.campus_id).where(membership.c.person_id == person_id)
    query = select(func.count()).where(
        orders.c.campus_id.in_(campuses),
        orders.c.customer_id == person_id,
        orders.c.status == OrderStatus.PENDING,
    )
    return bool((await work.connection.execute(query)).scalar_one())
