"""The money of a campus: the ledger by account, what waits where, the newest pay-outs, and the last comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, case, func, or_, select, true

from domain.campuses.tables import person
from domain.database.literal_status import literal_status
from domain.database.unit_of_work import UnitOfWork
from domain.ledger.accounts import LedgerAccountKind
from domain.ledger.tables import ledger_account, ledger_entry, ledger_txn
from domain.orders.tables import orders
from domain.payments.model import CustomerDebtStatus, HoldStatus
from domain.payments.tables import customer_debt, hold
from domain.payouts.model import PayoutStatus, RunnerDebtStatus
from domain.payouts.tables import debt, payable
from domain.reconciliation.tables import list_cursor
from domain.refunds.model import DisputeStatus, RefundStatus
from domain.refunds.tables import dispute, refund

LEDGER_SPAN = timedelta(days=7)
MAX_PAYOUTS = 40
MOVEMENTS = "movements"  # the list of Stripe whose reading compares the balance


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSum:
    """What the orders of a week did to the accounts of one kind, in minor units."""

    account: str
    kind: LedgerAccountKind
    debit: int
    credit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMoney:
    """Money that waits in one place: how often, how much (minor units), and since when."""

    what: str
    count: int
    amount: int
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutLine:
    """A payable, as the list shows it. Amounts are in minor units."""

    order_id: int
    runner: str
    status: PayoutStatus
    amount: int
    sent: int
    transfer: str | None
    refusal: str | None
    held_for: str | None
    held_until: datetime | None
    frozen: bool
    booked_at: datetime


async def read_account_sums(work: UnitOfWork, campus_id: int) -> Sequence[AccountSum]:
    """Return what the postings about the orders of a week did, by account; those of people are added up.

    An order of this campus belongs to the week in which it was placed, with all that was booked for it since.
    """
    booked = (
        select(ledger_entry.c.account_id, ledger_entry.c.amount)
        .join(ledger_txn, ledger_txn.c.id == ledger_entry.c.txn_id)
        .where(ledger_txn.c.order_id == orders.c.id)
        .offset(0)  # for each order by the index: else Postgres may read the whole ledger into a hash
        .lateral()
    )
    account = func.split_part(ledger_account.c.code, ":", 1)
    amount = booked.c.amount
    query = (
        select(
            account,
            func.min(ledger_account.c.kind),
            func.coalesce(func.sum(amount).filter(amount > 0), 0),
            func.coalesce(-func.sum(amount).filter(amount < 0), 0),
        )
        .select_from(orders)
        .join(booked, true())
        .join(ledger_account, ledger_account.c.id == booked.c.account_id)
        .where(orders.c.campus_id == campus_id, orders.c.placed_at > func.now() - LEDGER_SPAN)
        .group_by(account)
        .order_by(account)
    )
    rows = await work.connection.execute(query)
    return [
        AccountSum(account=name, kind=LedgerAccountKind(kind), debit=int(ins), credit=int(outs))
        for name, kind, ins, outs in rows
    ]


async def read_waiting_money(work: UnitOfWork, campus_id: int) -> Sequence[WaitingMoney]:
    """Return what waits where: holds, pay, debts, refunds and disputes that are not over."""
    refunding = or_(_is(refund, RefundStatus.REQUESTED), _is(refund, RefundStatus.PENDING))
    owed = _is(debt, RunnerDebtStatus.OPEN)
    return [
        await _holds(work, campus_id, HoldStatus.HELD),
        *await _pay(work, campus_id),
        await _sum(work, "customers owe", customer_debt, _is(customer_debt, CustomerDebtStatus.OPEN), campus_id),
        await _sum(work, "runners owe", debt, owed, campus_id, left=debt.c.amount - debt.c.netted),
        await _sum(work, "refunds on their way", refund, refunding, campus_id),
        await _sum(work, "disputes open", dispute, _is(dispute, DisputeStatus.OPEN), campus_id),
    ]


def _is(rows: Table, status: Any) -> ColumnElement[bool]:
    return rows.c.status == literal_status(status)


_SINCE = {customer_debt: "owed_since", debt: "owed_since", refund: "asked_at", dispute: "opened_at"}


async def _sum(
    work: UnitOfWork,
    what: str,
    rows: Table,
    condition: ColumnElement[bool],
    campus_id: int,
    *,
    left: ColumnElement[int] | None = None,
) -> WaitingMoney:
    value = rows.c.amount if left is None else left
    query = select(func.count(), func.coalesce(func.sum(value), 0), func.min(rows.c[_SINCE[rows]]))
    count, amount, since = (await work.connection.execute(query.where(rows.c.campus_id == campus_id, condition))).one()
    return WaitingMoney(what=what, count=count, amount=int(amount), since=since)


async def _holds(work: UnitOfWork, campus_id: int, status: HoldStatus) -> WaitingMoney:
    query = (
        select(func.count(), func.coalesce(func.sum(hold.c.amount), 0), func.min(hold.c.made_at))
        .join(orders, orders.c.id == hold.c.order_id)
        .where(hold.c.status == literal_status(status), orders.c.campus_id == campus_id)
    )
    count, amount, since = (await work.connection.execute(query)).one()
    return WaitingMoney(what="set aside on cards", count=count, amount=int(amount), since=since)


async def _pay(work: UnitOfWork, campus_id: int) -> Sequence[WaitingMoney]:
    place = case(
        (payable.c.frozen, "pay: waits for a dispute"),
        (_is(payable, PayoutStatus.SENDING), "pay: being sent"),
        (payable.c.held_until.is_not(None), "pay: held back"),
        else_="pay: to be sent",
    )
    unpaid = or_(_is(payable, PayoutStatus.OPEN), _is(payable, PayoutStatus.SENDING))
    left = payable.c.amount - payable.c.withheld - payable.c.sent - payable.c.netted
    query = (
        select(place, func.count(), func.sum(left), func.min(payable.c.booked_at))
        .where(payable.c.campus_id == campus_id, unpaid)
        .group_by(place)
        .order_by(place)
    )
    rows = await work.connection.execute(query)
    return [WaitingMoney(what=what, count=count, amount=int(sum_), since=at) for what, count, sum_, at in rows]


async def list_payouts(work: UnitOfWork, campus_id: int) -> Sequence[PayoutLine]:
    """Return the newest payables of this campus."""
    query = (
        select(payable, person.c.first_name)
        .join(person, person.c.id == payable.c.runner_id)
        .where(payable.c.campus_id == campus_id)
        .order_by(payable.c.id.desc())
        .limit(MAX_PAYOUTS)
    )
    plain = [name for name in PayoutLine.__slots__ if name not in ("runner", "status")]
    return [
        PayoutLine(runner=row["first_name"], status=PayoutStatus(row["status"]), **{name: row[name] for name in plain})
        for row in (await work.connection.execute(query)).mappings()
    ]


async def find_last_comparison(work: UnitOfWork) -> datetime | None:
    """Return when Stripe's list of movements was last read to its end, and the balance compared with the ledger."""
    query = select(list_cursor.c.ended_at).where(list_cursor.c.task == MOVEMENTS)
    found: datetime | None = (await work.connection.execute(query)).scalar_one_or_none()
    return found
