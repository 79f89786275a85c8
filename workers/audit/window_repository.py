"""The orders that an audit of the last days compares: those that changed in them, and those still open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    or_,
    select,
    union,
)

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings_at_stripe import TRANSFER_AT_STRIPE
from domain.ledger.tables import ledger_txn
from domain.orders.tables import orders
from domain.payments.hold_repository import hold_from_row
from domain.payments.model import LIVE_HOLDS, CustomerDebtStatus
from domain.payments.tables import customer_debt, hold
from domain.payouts.model import PayoutStatus, RunnerDebtStatus
from domain.payouts.repository import payable_from_row
from domain.payouts.tables import debt, netting, payable
from domain.refunds.model import DisputeStatus, RefundStatus
from domain.refunds.repository import refund_from_row
from domain.refunds.tables import dispute, refund
from domain.saga.definition import SagaStatus
from domain.saga.tables import saga
from workers.audit.snapshot_repository import read_rows

SINCE = bindparam("since", type_=DateTime(timezone=True))  # when the window begins
_UNSETTLED = (RefundStatus.REQUESTED, RefundStatus.PENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOrders:
    """The orders of a window, and the Stripe objects that our rows name for them."""

    ids: Sequence[int]
    intents: Sequence[str]
    transfers: Sequence[str]
    refunds: Sequence[str]
    old_groups: Sequence[str]  # transfer groups of orders placed before the window
    old_payments: Sequence[str]  # captured intents of orders placed before the window


def matches_any(column: Column[Any], parameter: str) -> ColumnElement[bool]:
    """Compare the column with all values of the list that is passed as `parameter`: one parameter for any length."""
    kind = next(kind for kind in (BigInteger, Uuid, Text) if isinstance(column.type, kind))
    return column == any_(bindparam(parameter, type_=ARRAY(kind)))


def rows_of_orders(table: Table) -> Select[Any]:
    """Select the rows that belong to the orders of the parameter `order_ids`, in the order of their ids."""
    return select(table).where(matches_any(table.c.order_id, "order_ids")).order_by(table.c.id)


def changed_sagas() -> ColumnElement[bool]:
    """Match saga runs that started or ended since the parameter `since`, or are not over."""
    is_open = or_(saga.c.wake_at.is_not(None), saga.c.status == SagaStatus.STUCK)
    return or_(is_open, saga.c.started_at >= SINCE, saga.c.ended_at >= SINCE)


def _window_conditions() -> Sequence[tuple[Column[Any], ColumnElement[bool]]]:
    """(column of an order's id, condition): each condition is answered by an index, or reads a small table."""
    made = [(orders.c.id, moment >= SINCE) for moment in (orders.c.placed_at, orders.c.completed_at, orders.c.ended_at)]
    tables = (
        (saga, saga.c.started_at, saga.c.ended_at),
        (hold, hold.c.made_at),
        (payable, payable.c.booked_at, payable.c.paid_at),
        (refund, refund.c.asked_at, refund.c.settled_at),
        (dispute, dispute.c.opened_at, dispute.c.closed_at),
        (debt, debt.c.owed_since, debt.c.ended_at),
        (customer_debt, customer_debt.c.owed_since, customer_debt.c.ended_at),
        (ledger_txn, ledger_txn.c.created_at),
    )
    made += [(table.c.order_id, moment >= SINCE) for table, *moments in tables for moment in moments]
    still_open = [
        (orders.c.id, and_(orders.c.completed_at.is_(None), orders.c.ended_at.is_(None))),
        (saga.c.order_id, saga.c.wake_at.is_not(None)),
        (saga.c.order_id, saga.c.status == SagaStatus.STUCK),
        (hold.c.order_id, hold.c.status.in_(LIVE_HOLDS)),
        (payable.c.order_id, payable.c.status == PayoutStatus.OPEN),
        (payable.c.order_id, payable.c.status == PayoutStatus.SENDING),
        (refund.c.order_id, refund.c.status.in_(_UNSETTLED)),
        (dispute.c.order_id, dispute.c.status == DisputeStatus.OPEN),
        (debt.c.order_id, debt.c.status == RunnerDebtStatus.OPEN),
        (customer_debt.c.order_id, customer_debt.c.status == CustomerDebtStatus.OPEN),
    ]
    return [*made, *still_open]


def _orders_query() -> Select[Any]:
    netted = select(payable.c.order_id).join(netting, netting.c.payable_id == payable.c.id)
    found = union(
        *(select(order_id).where(condition) for order_id, condition in _window_conditions()),
        netted.where(netting.c.netted_at >= SINCE),
        select(orders.c.id).where(matches_any(orders.c.id, "named_orders")),
        select(hold.c.order_id).where(matches_any(hold.c.payment_intent, "refunded_intents")),
    ).subquery("found")
    return select(orders.c.id, orders.c.placed_at).where(orders.c.id.in_(select(found))).order_by(orders.c.id)


_ORDERS = _orders_query()
_TRANSFERS_AT_STRIPE = rows_of_orders(ledger_txn).where(ledger_txn.c.kind == TRANSFER_AT_STRIPE)
_MADE_HOLDS = rows_of_orders(hold).where(hold.c.payment_intent.is_not(None))
_PAYABLES = rows_of_orders(payable)
_REFUNDS = rows_of_orders(refund)


async def find_orders(
    work: UnitOfWork, since: datetime, *, named_orders: Iterable[int], refunded_intents: Iterable[str]
) -> WindowOrders:
    """Return the orders of the window.

    These are the orders that changed since then or are open, those of `named_orders`, which Stripe objects made in the
    window name, and those paid by `refunded_intents`.
    """
    parameters = {"since": since, "named_orders": list(named_orders), "refunded_intents": list(refunded_intents)}
    rows = (await work.connection.execute(_ORDERS, parameters)).all()
    return await _with_objects(work, [row.id for row in rows], old={row.id for row in rows if row.placed_at < since})


async def _with_objects(work: UnitOfWork, order_ids: Sequence[int], old: set[int]) -> WindowOrders:
    holds = await read_rows(work, _MADE_HOLDS, hold_from_row, order_ids=order_ids)
    payables = await read_rows(work, _PAYABLES, payable_from_row, order_ids=order_ids)
    refunds = await read_rows(work, _REFUNDS, refund_from_row, order_ids=order_ids)
    intents = [(each.payment_intent, each) for each in holds if each.payment_intent is not None]
    return WindowOrders(
        ids=order_ids,
        intents=[intent for intent, _ in intents],
        transfers=[
            *_present(each.transfer for each in payables),
            *_present(each.transfer for each in refunds),
            *await read_rows(work, _TRANSFERS_AT_STRIPE, lambda row: str(row["stripe_object"]), order_ids=order_ids),
        ],
        refunds=_present(each.refund for each in refunds),
        old_groups=[f"order_{each.order_id}" for each in payables if each.order_id in old],
        old_payments=[intent for intent, each in intents if each.captured and each.order_id in old],
    )


def _present(names: Iterable[str | None]) -> list[str]:
    return [name for name in names if name]
