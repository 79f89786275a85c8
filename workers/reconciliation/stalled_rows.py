"""The check of rows that have been unfinished for five minutes without a saga in flight."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, RowMapping, exists, func, or_, select

from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import FINAL_ORDER_STATUSES, OrderStatus
from domain.orders.tables import orders
from domain.payments.hold_repository import move_hold_where
from domain.payments.lapsed_hold_repository import tell_hold_lapsed
from domain.payments.model import LIVE_HOLDS, HoldEvent, HoldPart, HoldStatus
from domain.payments.tables import hold
from domain.payouts.model import PayoutStatus
from domain.payouts.sagas.pay_out_runner import PAY_OUT_RUNNER
from domain.payouts.tables import payable
from domain.reconciliation.discrepancy import DiscrepancyKind, ObservedDiscrepancy
from domain.reconciliation.repository import report_discrepancy
from domain.refunds.model import RefundStatus
from domain.refunds.sagas.check_refund import build_refund_check_start
from domain.refunds.tables import refund
from domain.saga.definition import SagaStatus
from domain.saga.start import start_saga
from domain.saga.tables import saga
from workers.engine.call_failures import Refused
from workers.reconciliation.late_objects import cancel_late_hold
from workers.reconciliation.object_ownership import (
    EMPTY_STATUSES,
    HOLDING_STATUSES,
    ObjectOwner,
    ObjectOwnership,
    StripeObject,
    is_saga_at_work,
)
from workers.reconciliation.reconciliation_context import ReconciliationContext
from workers.stripe.gateway import RESOURCE_MISSING, retrieve_intent

STALLED_DELAY = timedelta(minutes=5)
MAX_ROWS = 50  # of each kind in one check
MAX_HOLDS = 5  # before the list cursor is saved: each costs one or two calls, and a turn has few


async def check_stalled_holds(context: ReconciliationContext, after: int) -> int | None:
    """Check the next live holds without a saga; return the id of the last one, or None at the end."""
    async with context.database() as work:
        rows = await _idle_holds(work, after)
    for row in rows:
        await check_stalled_hold(context, row)
    return rows[-1]["id"] if len(rows) == MAX_HOLDS else None


async def _idle_holds(work: UnitOfWork, after: int) -> Sequence[RowMapping]:
    old = or_(orders.c.placed_at < func.now() - STALLED_DELAY, hold.c.made_at < func.now() - STALLED_DELAY)
    query = (
        select(hold, orders.c.status.label("order_status"), orders.c.campus_id)
        .join(orders, orders.c.id == hold.c.order_id)
        .where(hold.c.id > after, hold.c.status.in_(LIVE_HOLDS), hold.c.payment_intent.is_not(None), old)
        .where(~_has_running_saga(hold.c.order_id))
        .order_by(hold.c.id)
        .limit(MAX_HOLDS)
    )
    return (await work.connection.execute(query)).mappings().all()


def _has_running_saga(order_id: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(saga.c.order_id == order_id, saga.c.wake_at.is_not(None))


async def check_stalled_hold(context: ReconciliationContext, row: RowMapping) -> None:
    """Read the intent: release it when the order is over; report a discrepancy when an order in flight has lost it."""
    try:
        found = await context.call_stripe(lambda client: retrieve_intent(client, row["payment_intent"]))
    except Refused as refusal:
        if refusal.reason != RESOURCE_MISSING:
            raise
        found = {"id": row["payment_intent"], "status": RESOURCE_MISSING, "currency": row["currency"], "amount": 0}
    is_over = OrderStatus(row["order_status"]) in FINAL_ORDER_STATUSES or HoldPart(row["part"]) is not HoldPart.CURRENT
    if is_over and found["status"] in HOLDING_STATUSES:
        owner = ObjectOwner(ownership=ObjectOwnership.LATE, campus_id=row["campus_id"], order_id=row["order_id"])
        await cancel_late_hold(context, found, owner)
        found = {**found, "status": "canceled"}
    async with context.database() as work:
        if await is_saga_at_work(work, row["order_id"]):
            return
        if is_over and found["status"] in EMPTY_STATUSES:
            await move_hold_where(work, hold.c.id == row["id"], HoldEvent.RELEASED, approval_url=None)
        elif found["status"] not in HOLDING_STATUSES and not (
            found["status"] == "canceled" and await tell_hold_lapsed(work, found["id"])
        ):
            await report_discrepancy(work, observe_hold_mismatch(row, found))


def observe_hold_mismatch(row: RowMapping, found: StripeObject) -> ObservedDiscrepancy:
    """Return the discrepancy of a live hold that Stripe does not hold."""
    return ObservedDiscrepancy(
        kind=DiscrepancyKind.HOLD_MISMATCH,
        subject=row["payment_intent"],
        campus_id=row["campus_id"],
        order_id=row["order_id"],
        local_value=row["amount"],
        remote_value=found.get("amount_received", 0),
        currency=row["currency"],
        note=f"{row['status']} / {found['status']}",
    )


async def is_hold_mismatched(context: ReconciliationContext, payment_intent: str) -> bool:
    """Return whether a hold is live in our rows and Stripe still does not hold it."""
    async with context.database() as work:
        query = select(hold.c.status).where(hold.c.payment_intent == payment_intent)
        status = (await work.connection.execute(query)).scalar_one_or_none()
    if status is None or HoldStatus(status) not in LIVE_HOLDS:
        return False
    return (await context.call_stripe(lambda client: retrieve_intent(client, payment_intent)))[
        "status"
    ] not in HOLDING_STATUSES


async def check_stalled_payouts(work: UnitOfWork) -> None:
    """Report pay-outs in the status sending without a saga in flight or stuck: a person has to look at them."""
    for row in await _find_orphan_payouts(work):
        observed = ObservedDiscrepancy(
            kind=DiscrepancyKind.ORPHAN_PAYOUT,
            subject=f"payable {row['id']}",
            campus_id=row["campus_id"],
            order_id=row["order_id"],
            local_value=row["amount"] - row["withheld"] - row["sent"] - row["netted"],
            currency=row["currency"],
        )
        await report_discrepancy(work, observed)


async def _find_orphan_payouts(work: UnitOfWork) -> Sequence[RowMapping]:
    open_statuses = (SagaStatus.RUNNING, SagaStatus.COMPENSATING, SagaStatus.STUCK)
    sends = exists().where(
        saga.c.order_id == payable.c.order_id, saga.c.kind == PAY_OUT_RUNNER.kind, saga.c.status.in_(open_statuses)
    )
    old = payable.c.booked_at < func.now() - STALLED_DELAY
    query = select(payable).where(payable.c.status == PayoutStatus.SENDING, old, ~sends).limit(MAX_ROWS)
    return (await work.connection.execute(query)).mappings().all()


async def is_payout_orphaned(work: UnitOfWork, subject: str) -> bool:
    """Return whether this pay-out is still without a saga that sends it."""
    return any(f"payable {row['id']}" == subject for row in await _find_orphan_payouts(work))


async def check_pending_refunds(work: UnitOfWork) -> None:
    """Start a check once a day for each refund that is still pending after its saga has ended."""
    old = refund.c.asked_at < func.now() - STALLED_DELAY
    pending = refund.c.status == RefundStatus.PENDING
    query = (
        select(refund)
        .where(pending, old, refund.c.refund.is_not(None), ~_has_running_saga(refund.c.order_id))
        .limit(MAX_ROWS)
    )
    for row in (await work.connection.execute(query)).mappings().all():
        start = build_refund_check_start(
            row["id"], f"{work.now:%Y-%m-%d}", campus_id=row["campus_id"], order_id=row["order_id"]
        )
        existing_saga = select(saga.c.id).where(saga.c.name == start.name)
        if (await work.connection.execute(existing_saga)).scalar_one_or_none() is None:
            await start_saga(work, start)
