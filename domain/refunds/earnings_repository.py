"""What a person paid and earned on one campus, summed from holds, orders, refunds and payables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Label,
    ScalarSelect,
    Select,
    Subquery,
    bindparam,
    cast,
    func,
    select,
    true,
)

from domain.campuses.campus import Campus
from domain.database.literal_status import literal_status
from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import DELIVERED_STATUSES
from domain.orders.tables import orders
from domain.payments.model import HoldPart, HoldStatus
from domain.payments.tables import hold
from domain.payouts.model import PayoutStatus, RunnerDebtStatus
from domain.payouts.tables import debt, payable
from domain.refunds.model import LIVE_REFUNDS
from domain.refunds.tables import refund

NET_PAYABLE = payable.c.amount - payable.c.withheld  # what the runner keeps in the end
REIMBURSED = func.least(NET_PAYABLE, func.coalesce(orders.c.receipt, 0))
_CAMPUS, _PERSON = (bindparam(name, type_=BigInteger()) for name in ("campus", "person"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """A customer's figures, with amounts in minor units; money on hold is not counted as paid."""

    paid: int  # less what was refunded
    on_hold: int
    placed: int  # orders with money held; one that the bank declined does not count
    delivered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Earnings:
    """A runner's figures, with amounts in minor units: earned + reimbursed == sent + waiting + netted."""

    earned: int
    reimbursed: int  # what the runner paid for the food, less what they bear of it
    sent: int
    waiting: int  # owed: an account is missing, or the transfer is in flight
    deliveries: int
    netted: int = 0  # kept for what the runner owed
    owes: int = 0  # for refunds; kept from what the runner earns next


async def sum_spending(work: UnitOfWork, campus_id: int, person_id: int) -> Spending:
    """Sum what this person paid on this campus as a customer."""
    return Spending(**await _read_sums(work, _spending(), campus_id, person_id))


@cache
def _spending() -> Select[Any]:
    own = (orders.c.campus_id == _CAMPUS, orders.c.customer_id == _PERSON)
    held = select(hold).join(orders, orders.c.id == hold.c.order_id).where(*own).subquery()
    money = select(
        (_sum(held.c.captured) - _refunded_amount(*own)).label("paid"),
        _sum(held.c.amount, held.c.status == HoldStatus.HELD, held.c.part == HoldPart.CURRENT).label("on_hold"),
    ).subquery()
    counted = (
        select(
            func.count().filter(orders.c.created_at.is_not(None)).label("placed"),
            func.count().filter(orders.c.status.in_(DELIVERED_STATUSES)).label("delivered"),
        )
        .where(*own)
        .subquery()
    )
    return _side_by_side(money, counted)


async def sum_earnings(work: UnitOfWork, campus_id: int, person_id: int) -> Earnings:
    """Sum what this person earned on this campus as a runner, from the payables booked for them."""
    return Earnings(**await _read_sums(work, _earnings(), campus_id, person_id))


@cache
def _earnings() -> Select[Any]:
    money = (
        select(
            _sum(NET_PAYABLE - REIMBURSED).label("earned"),
            _sum(REIMBURSED).label("reimbursed"),
            (_sum(NET_PAYABLE - payable.c.netted) - _unsent_amount()).label("sent"),
            _unsent_amount().label("waiting"),
            _sum(payable.c.netted).label("netted"),
            _owed_amount().label("owes"),
        )
        .join(orders, orders.c.id == payable.c.order_id)
        .where(payable.c.campus_id == _CAMPUS, payable.c.runner_id == _PERSON)
        .subquery()
    )
    deliveries = (
        select(func.count().label("deliveries"))
        .where(orders.c.campus_id == _CAMPUS, orders.c.runner_id == _PERSON, orders.c.status.in_(DELIVERED_STATUSES))
        .subquery()
    )
    return _side_by_side(money, deliveries)


async def sum_paid_by_week(work: UnitOfWork, campus: Campus, person_id: int, first: date) -> Mapping[date, int]:
    """Return what this person paid on this campus less refunds, in minor units, from `first` on.

    The keys are the Mondays of the weeks, in the campus's time zone.
    """
    week = _week_of(func.coalesce(orders.c.completed_at, orders.c.delivered_at), campus)
    of_order = (refund.c.order_id == orders.c.id, refund.c.status.in_(LIVE_REFUNDS))
    back = select(_sum(refund.c.amount)).where(*of_order).scalar_subquery()  # read for each of these orders alone
    query = (
        select(week, func.sum(hold.c.captured - back).label("amount"))
        .join(orders, orders.c.id == hold.c.order_id)
        .where(orders.c.campus_id == campus.id, orders.c.customer_id == person_id, hold.c.captured > 0, week >= first)
    )
    return await _weeks(work, query.group_by(week))


async def sum_earned_by_week(work: UnitOfWork, campus: Campus, person_id: int, first: date) -> Mapping[date, int]:
    """Return what this person earned here without the food money; otherwise as sum_paid_by_week."""
    week = _week_of(payable.c.booked_at, campus)
    query = (
        select(week, func.sum(NET_PAYABLE - REIMBURSED).label("amount"))
        .join(orders, orders.c.id == payable.c.order_id)
        .where(payable.c.campus_id == campus.id, payable.c.runner_id == person_id, week >= first)
    )
    return await _weeks(work, query.group_by(week))


def _week_of(moment: ColumnElement[datetime], campus: Campus) -> Label[date]:
    return cast(func.date_trunc("week", func.timezone(campus.time_zone, moment)), Date).label("week")


async def _weeks(work: UnitOfWork, query: Select[date, Any]) -> Mapping[date, int]:
    return {row.week: int(row.amount) for row in await work.connection.execute(query)}


def _refunded_amount(*own: ColumnElement[bool]) -> ScalarSelect[int]:
    """Build the sum of refunds that went, or are going, back to the customer's card."""
    made = select(_sum(refund.c.amount)).join(orders, orders.c.id == refund.c.order_id)
    return made.where(*own, refund.c.status.in_(LIVE_REFUNDS)).scalar_subquery()


def _unsent_amount() -> ColumnElement[int]:
    """Build the sum that is still due of payables that are not fully paid."""
    return _sum(NET_PAYABLE - payable.c.sent - payable.c.netted, payable.c.status != PayoutStatus.PAID)


def _owed_amount() -> ScalarSelect[int]:
    open_debts = (
        debt.c.campus_id == _CAMPUS,
        debt.c.runner_id == _PERSON,
        debt.c.status == literal_status(RunnerDebtStatus.OPEN),
    )
    return select(_sum(debt.c.amount - debt.c.netted)).where(*open_debts).scalar_subquery()


def _sum(amount: ColumnElement[int], *only: ColumnElement[bool]) -> ColumnElement[int]:
    total = func.sum(amount)
    return func.coalesce(total.filter(*only) if only else total, 0)


def _side_by_side(left: Subquery, right: Subquery) -> Select[Any]:
    """Build the query of two rows as one."""
    return select(left, right).join_from(left, right, true())


async def _read_sums(work: UnitOfWork, query: Select[Any], campus_id: int, person_id: int) -> dict[str, int]:
    """Read the row as int: Postgres returns sums of bigint as numeric."""
    found = await work.connection.execute(query, {"campus": campus_id, "person": person_id})
    return {name: int(value) for name, value in found.mappings().one().items()}
