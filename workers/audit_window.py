"""Which orders an audit of some days looks at: all that changed in them, and all that is still open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, ColumnElement, Text, Uuid, and_, any_, literal, or_, select, union

from domain.payment import (
    LIVE_HOLDS,
    CustomerDebtStatus,
    DisputeStatus,
    PayoutStatus,
    RefundStatus,
    RunnerDebtStatus,
)
from domain.saga import SagaStatus
from domain.store.schema import (
    customer_debt,
    debt,
    dispute,
    hold,
    ledger_txn,
    netting,
    orders,
    payable,
    refund,
    saga,
)
from domain.store.unit_of_work import UnitOfWork
from workers.audit_snapshot import read_rows

_UNSETTLED = (RefundStatus.REQUESTED, RefundStatus.PENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOrders:
    """The orders of a window, and the Stripe objects that our rows know of them."""

    ids: Sequence[int]
    intents: Sequence[str]
    transfers: Sequence[str]
    refunds: Sequence[str]
    old_groups: Sequence[str]  # transfer groups of orders placed before the window
    old_payments: Sequence[str]  # captured intents of orders placed before the window


def one_of(column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """The column has one of these values: one parameter, however many they are."""
    kind = next(kind for kind in (BigInteger, Uuid, Text) if isinstance(column.type, kind))
    return column == any_(literal(list(values), ARRAY(kind)))


def live_saga() -> ColumnElement[bool]:
    """A saga run that is not over."""
    return or_(saga.c.wake_at.is_not(None), saga.c.status == SagaStatus.STUCK)


def moved_sagas(since: datetime) -> ColumnElement[bool]:
    """A saga run that was started or ended in the window, or is not over."""
    return or_(live_saga(), saga.c.started_at >= since, saga.c.ended_at >= since)


def _of_window(since: datetime) -> Sequence[tuple[Column[Any], ColumnElement[bool]]]:
    """(an order's number, when it belongs to the window): each is answered by an index, or reads a small table."""
    made = [(orders.c.id, moment >= since) for moment in (orders.c.placed_at, orders.c.completed_at, orders.c.ended_at)]
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
    made += [(table.c.order_id, moment >= since) for table, *moments in tables for moment in moments]
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


async def find_orders(
    work: UnitOfWork, since: datetime, *, named: Iterable[int], paid_by: Iterable[str]
) -> WindowOrders:
    """The orders of the window, with those `named` by Stripe objects made in it, or `paid_by` these intents."""
    netted = select(payable.c.order_id).join(netting, netting.c.payable_id == payable.c.id)
    found = union(
        *(select(number).where(condition) for number, condition in _of_window(since)),
        netted.where(netting.c.netted_at >= since),
        select(orders.c.id).where(one_of(orders.c.id, named)),
        select(hold.c.order_id).where(one_of(hold.c.payment_intent, paid_by)),
    ).subquery("found")
    query = select(orders.c.id, orders.c.placed_at).where(orders.c.id.in_(select(found))).order_by(orders.c.id)
    rows = await read_rows(work, query)
    return await _with_objects(
        work, [row["id"] for row in rows], {row["id"] for row in rows if row["placed_at"] < since}
    )


async def _with_objects(work: UnitOfWork, ids: Sequence[int], old: set[int]) -> WindowOrders:
    holds = await read_rows(
        work, select(hold).where(one_of(hold.c.order_id, ids), hold.c.payment_intent.is_not(None)).order_by(hold.c.id)
    )
    owed = await read_rows(work, select(payable).where(one_of(payable.c.order_id, ids)).order_by(payable.c.id))
    back = await read_rows(work, select(refund).where(one_of(refund.c.order_id, ids)).order_by(refund.c.id))
    sent = [row["transfer"] for row in (*owed, *back) if row["transfer"]]
    return WindowOrders(
        ids=ids,
        intents=[row["payment_intent"] for row in holds],
        transfers=sent,
        refunds=[row["refund"] for row in back if row["refund"]],
        old_groups=[f"order_{row['order_id']}" for row in owed if row["order_id"] in old],
        old_payments=[row["payment_intent"] for row in holds if row["captured"] and row["order_id"] in old],
    )
