"""What the database knows of money, by campus: holds, what was captured and sent, what is owed, what differs."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, case, func, or_, select

from domain.campuses.tables import campus
from domain.database.literal_status import literal_status
from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import STATUSES_BEFORE_CAPTURE
from domain.orders.tables import orders
from domain.payments.model import CustomerDebtStatus, HoldStatus
from domain.payments.tables import customer_debt, hold
from domain.payouts.model import PayoutStatus
from domain.payouts.tables import payable
from domain.reconciliation.discrepancy import DiscrepancyKind, DiscrepancyStatus
from domain.reconciliation.tables import discrepancy
from domain.refunds.model import DisputeStatus, RefundStatus
from domain.refunds.tables import dispute, refund
from workers.metrics.database_gauge import DatabaseGauge, Reading

WINDOW = timedelta(hours=24)
NEAR_END = timedelta(hours=24)


async def _read_by_campus(
    work: UnitOfWork, rows: Table, condition: ColumnElement[bool], value: ColumnElement[Any]
) -> Sequence[Reading]:
    """Return this value of the rows of each campus; 0 for a campus without such rows. `rows` has a campus_id."""
    query = (
        select(campus.c.name, campus.c.currency, func.coalesce(value, 0))
        .select_from(campus)
        .join(rows, (rows.c.campus_id == campus.c.id) & condition, isouter=True)
        .group_by(campus.c.name, campus.c.currency)
    )
    return [((name, currency), float(found)) for name, currency, found in await work.connection.execute(query)]


async def read_live_holds(work: UnitOfWork) -> Sequence[Reading]:
    return await _read_holds(work, func.count(hold.c.id))


async def read_held(work: UnitOfWork) -> Sequence[Reading]:
    return await _read_holds(work, func.sum(hold.c.amount))


async def read_holds_near_end(work: UnitOfWork) -> Sequence[Reading]:
    """Count the holds of bought orders that end within a day: money was spent, and must be captured before."""
    near = (hold.c.capture_before < func.now() + NEAR_END) & orders.c.status.in_(STATUSES_BEFORE_CAPTURE)
    return await _read_holds(work, func.count(case((near, hold.c.id))))


async def _read_holds(work: UnitOfWork, value: ColumnElement[Any]) -> Sequence[Reading]:
    query = (
        select(orders.c.campus_id, value.label("value"))
        .select_from(hold)
        .join(orders, orders.c.id == hold.c.order_id)
        .where(hold.c.status == literal_status(HoldStatus.HELD))
        .group_by(orders.c.campus_id)
        .subquery()
    )
    joined = (
        select(campus.c.name, campus.c.currency, func.coalesce(query.c.value, 0))
        .select_from(campus)
        .join(query, query.c.campus_id == campus.c.id, isouter=True)
    )
    return [((name, currency), float(found)) for name, currency, found in await work.connection.execute(joined)]


async def read_captured(work: UnitOfWork) -> Sequence[Reading]:
    recent = orders.c.completed_at.is_not(None) & (orders.c.completed_at > func.now() - WINDOW)
    return await _read_by_campus(work, orders, recent, func.sum(orders.c.total))


async def read_transferred(work: UnitOfWork) -> Sequence[Reading]:
    recent = payable.c.paid_at.is_not(None) & (payable.c.paid_at > func.now() - WINDOW)
    return await _read_by_campus(work, payable, recent, func.sum(payable.c.sent))


async def read_owed_to_runners(work: UnitOfWork) -> Sequence[Reading]:
    unpaid = or_(
        payable.c.status == literal_status(PayoutStatus.OPEN), payable.c.status == literal_status(PayoutStatus.SENDING)
    )
    left = payable.c.amount - payable.c.withheld - payable.c.netted
    return await _read_by_campus(work, payable, unpaid, func.sum(left))


async def read_owed_by_customers(work: UnitOfWork) -> Sequence[Reading]:
    is_open = customer_debt.c.status == literal_status(CustomerDebtStatus.OPEN)
    return await _read_by_campus(work, customer_debt, is_open, func.sum(customer_debt.c.amount))


async def read_refunded(work: UnitOfWork) -> Sequence[Reading]:
    recent = (refund.c.asked_at > func.now() - WINDOW) & (refund.c.status != RefundStatus.FAILED)
    return await _read_by_campus(work, refund, recent, func.sum(refund.c.amount))


async def read_open_disputes(work: UnitOfWork) -> Sequence[Reading]:
    is_open = dispute.c.status == literal_status(DisputeStatus.OPEN)
    return await _read_by_campus(work, dispute, is_open, func.count(dispute.c.id))


async def read_open_discrepancies(work: UnitOfWork) -> Sequence[Reading]:
    is_open = discrepancy.c.status == literal_status(DiscrepancyStatus.OPEN)
    return await _read_by_campus(work, discrepancy, is_open, func.count(discrepancy.c.id))


async def read_ledger_minus_stripe(work: UnitOfWork) -> Sequence[Reading]:
    """Return by how much the last comparison found the ledger above Stripe's balance, by currency."""
    differs = (discrepancy.c.kind == DiscrepancyKind.BALANCE_MISMATCH) & (
        discrepancy.c.status == literal_status(DiscrepancyStatus.OPEN)
    )
    query = (
        select(discrepancy.c.currency, func.sum(discrepancy.c.local_value - discrepancy.c.remote_value))
        .where(differs)
        .group_by(discrepancy.c.currency)
    )
    found = {currency: float(value or 0) for currency, value in await work.connection.execute(query)}
    currencies = (await work.connection.execute(select(campus.c.currency).distinct())).scalars()
    return [((currency,), found.get(currency, 0.0)) for currency in currencies]


BY_CAMPUS = ("campus", "currency")

MONEY_GAUGES = (
    DatabaseGauge(name="holds", description="Holds that are alive", labels=BY_CAMPUS, read=read_live_holds),
    DatabaseGauge(name="held_minor_units", description="Money that is held", labels=BY_CAMPUS, read=read_held),
    DatabaseGauge(
        name="holds_near_end",
        description="Holds of bought orders that end within 24 hours",
        labels=BY_CAMPUS,
        read=read_holds_near_end,
    ),
    DatabaseGauge(
        name="captured_24h_minor_units",
        description="Totals of the orders completed in 24 hours",
        labels=BY_CAMPUS,
        read=read_captured,
    ),
    DatabaseGauge(
        name="transferred_24h_minor_units",
        description="Sent to runners in 24 hours",
        labels=BY_CAMPUS,
        read=read_transferred,
    ),
    DatabaseGauge(
        name="refunded_24h_minor_units",
        description="Refunds asked for in 24 hours, without failed ones",
        labels=BY_CAMPUS,
        read=read_refunded,
    ),
    DatabaseGauge(
        name="owed_to_runners_minor_units",
        description="Earned and not yet sent",
        labels=BY_CAMPUS,
        read=read_owed_to_runners,
    ),
    DatabaseGauge(
        name="owed_by_customers_minor_units",
        description="Debts of customers that are open",
        labels=BY_CAMPUS,
        read=read_owed_by_customers,
    ),
    DatabaseGauge(
        name="disputes_open", description="Disputes without an outcome", labels=BY_CAMPUS, read=read_open_disputes
    ),
    DatabaseGauge(
        name="discrepancies_open",
        description="Differences from Stripe that nobody settled",
        labels=BY_CAMPUS,
        read=read_open_discrepancies,
    ),
    DatabaseGauge(
        name="ledger_minus_stripe_minor_units",
        description="Ledger minus Stripe's balance, as last compared",
        labels=("currency",),
        read=read_ledger_minus_stripe,
    ),
)
