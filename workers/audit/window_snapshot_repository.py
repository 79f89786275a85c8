"""The snapshot of a window: rows and objects of the orders that changed or are open, and sums over everything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Table, and_, exists, func, literal, null, or_, select, union_all

from domain.database.unit_of_work import UnitOfWork
from domain.inbox.tables import stripe_event
from domain.ledger.tables import ledger_account, ledger_entry, ledger_txn
from domain.orders.rows import order_from_row
from domain.orders.tables import orders
from domain.payments.customer_debt_repository import customer_debt_from_row
from domain.payments.hold_repository import hold_from_row
from domain.payments.tables import customer_debt, hold
from domain.payouts.held_pay.repository import list_overdue_payables
from domain.payouts.repository import payable_from_row
from domain.payouts.runner_debt_repository import runner_debt_from_row
from domain.payouts.tables import debt, netting, payable
from domain.refunds.dispute_repository import dispute_from_row
from domain.refunds.repository import refund_from_row
from domain.refunds.tables import dispute, refund
from domain.saga.tables import saga
from workers.audit.account_sums_repository import select_wanted_sums
from workers.audit.admin_acts.own_acts_repository import read_own_acts
from workers.audit.snapshot import MAX_OVERDUE, AccountBalance, AuditSnapshot, Coverage, UnbalancedPosting
from workers.audit.snapshot_repository import (
    balance_from_row,
    netting_from_row,
    posting_sum_from_row,
    read_number,
    read_rows,
    saga_from_row,
    select_posting_sums,
    select_sagas,
    to_int,
)
from workers.audit.window_objects import WindowObjects
from workers.audit.window_repository import SINCE, changed_sagas, matches_any, rows_of_orders


@dataclass(frozen=True, slots=True, kw_only=True)
class _AccountSums:
    """The balance of a ledger account, and what it must be by all rows, in minor units."""

    booked: AccountBalance
    wanted: int


def _sagas_query() -> Select[Any]:
    is_chosen = or_(matches_any(saga.c.order_id, "order_ids"), changed_sagas(), matches_any(saga.c.id, "saga_ids"))
    return select_sagas().where(is_chosen)


def _debts_query() -> Select[Any]:
    """Select debts of the orders, and debts netted against the payables."""
    netted = select(netting.c.debt_id).where(matches_any(netting.c.payable_id, "payable_ids"))
    is_chosen = or_(matches_any(debt.c.order_id, "order_ids"), debt.c.id.in_(netted))
    return select(debt).where(is_chosen).order_by(debt.c.id)


def _nettings_query() -> Select[Any]:
    is_chosen = or_(matches_any(netting.c.debt_id, "debt_ids"), matches_any(netting.c.payable_id, "payable_ids"))
    return select(netting).where(is_chosen).order_by(netting.c.id)


def _postings_query() -> Select[Any]:
    is_recent_without_order = and_(ledger_txn.c.order_id.is_(None), ledger_txn.c.created_at >= SINCE)
    is_chosen = or_(
        matches_any(ledger_txn.c.order_id, "order_ids"),
        matches_any(ledger_txn.c.posting_key, "posting_keys"),
        is_recent_without_order,
    )
    return select_posting_sums().where(is_chosen)


def _count_query(table: Table) -> Select[Any]:
    return select(func.count()).select_from(table)


def _unbalanced_query() -> Select[Any]:
    """Select from all postings those with lines that do not sum to zero, or with fewer than two lines."""
    total, lines = func.sum(ledger_entry.c.amount), func.count()
    summed = select(ledger_entry.c.txn_id, total.label("total"), lines.label("lines"))
    summed = summed.group_by(ledger_entry.c.txn_id, ledger_entry.c.currency)
    empty = select(ledger_txn.c.id, null(), literal(0)).where(~exists().where(ledger_entry.c.txn_id == ledger_txn.c.id))
    wrong = union_all(summed.having(or_(total != 0, lines < 2)), empty).subquery("wrong")
    found = select(ledger_txn.c.posting_key, wrong.c.total, wrong.c.lines)
    return found.join(wrong, wrong.c.txn_id == ledger_txn.c.id)


def _accounts_query() -> Select[Any]:
    """Select code, currency, balance (by all entries) and wanted (by all rows) of accounts where either is not zero."""
    booked = (
        select(ledger_entry.c.account_id, func.sum(ledger_entry.c.amount).label("balance"))
        .group_by(ledger_entry.c.account_id)
        .subquery("booked")
    )
    balances = (
        select(ledger_account.c.code, ledger_account.c.currency, booked.c.balance)
        .join(booked, booked.c.account_id == ledger_account.c.id)
        .subquery("balances")
    )
    rows = select_wanted_sums().subquery("rows")
    balance, wanted = func.coalesce(balances.c.balance, 0), func.coalesce(rows.c.wanted, 0)
    code = func.coalesce(balances.c.code, rows.c.code)
    # An account to which nothing was ever posted has no row with its currency, but its code ends with it.
    currency = func.coalesce(balances.c.currency, func.substring(code, "[^:]+$"))
    return (
        select(code.label("code"), currency.label("currency"), balance.label("balance"), wanted.label("wanted"))
        .select_from(balances.join(rows, rows.c.code == balances.c.code, full=True))
        .where(or_(balance != 0, wanted != 0))
    )


_ORDERS = select(orders).where(matches_any(orders.c.id, "order_ids")).order_by(orders.c.id)
_HOLDS = rows_of_orders(hold)
_PAYABLES = rows_of_orders(payable)
_REFUNDS = rows_of_orders(refund)
_DISPUTES = rows_of_orders(dispute)
_CUSTOMER_DEBTS = rows_of_orders(customer_debt)
_SAGAS = _sagas_query()
_DEBTS = _debts_query()
_NETTINGS = _nettings_query()
_POSTINGS = _postings_query()
_UNBALANCED = _unbalanced_query()
_ACCOUNTS = _accounts_query()
_EVENT_COUNT, _ORDER_COUNT = _count_query(stripe_event), _count_query(orders)
_POSTING_COUNT, _ACCOUNT_COUNT = _count_query(ledger_txn), _count_query(ledger_account)


async def read_window_rows(
    work: UnitOfWork,
    order_ids: Sequence[int],
    since: datetime,
    objects: WindowObjects,
    balance: Mapping[str, int],
    days: int,
) -> AuditSnapshot:
    """Return the snapshot of these orders and objects; `balance` is Stripe's: currency -> minor units."""
    accounts = await read_rows(work, _ACCOUNTS, _account_sums_from_row)
    payables = await read_rows(work, _PAYABLES, payable_from_row, order_ids=order_ids)
    payable_ids = [each.id for each in payables]
    debts = await read_rows(work, _DEBTS, runner_debt_from_row, order_ids=order_ids, payable_ids=payable_ids)
    debt_ids = [each.id for each in debts]
    nettings = await read_rows(work, _NETTINGS, netting_from_row, debt_ids=debt_ids, payable_ids=payable_ids)
    chosen = {"order_ids": order_ids, "since": since}
    posting_keys = [f"netting:{each.id}" for each in nettings]
    return AuditSnapshot(
        orders=await read_rows(work, _ORDERS, order_from_row, order_ids=order_ids),
        holds=await read_rows(work, _HOLDS, hold_from_row, order_ids=order_ids),
        payables=payables,
        sagas=await read_rows(work, _SAGAS, saga_from_row, **chosen, saga_ids=_uuids(objects.sagas())),
        postings=await read_rows(work, _POSTINGS, posting_sum_from_row, **chosen, posting_keys=posting_keys),
        balances=[each.booked for each in accounts],
        event_count=await read_number(work, _EVENT_COUNT),
        intents=list(objects.intents.values()),
        transfers=list(objects.transfers.values()),
        refunds=list(objects.refunds.values()),
        stripe_balance=balance,
        refund_rows=await read_rows(work, _REFUNDS, refund_from_row, order_ids=order_ids),
        debts=debts,
        nettings=nettings,
        disputes=await read_rows(work, _DISPUTES, dispute_from_row, order_ids=order_ids),
        customer_debts=await read_rows(work, _CUSTOMER_DEBTS, customer_debt_from_row, order_ids=order_ids),
        own_acts=await read_own_acts(work, since),
        late_payouts=await list_overdue_payables(work, MAX_OVERDUE),
        coverage=await _read_coverage(work, since, days, objects, accounts),
    )


async def _read_coverage(
    work: UnitOfWork, since: datetime, days: int, objects: WindowObjects, accounts: Sequence[_AccountSums]
) -> Coverage:
    return Coverage(
        days=days,
        since=since,
        listed=objects.listed,
        retrieved=objects.count - objects.listed,
        orders=await read_number(work, _ORDER_COUNT),
        postings=await read_number(work, _POSTING_COUNT),
        accounts=await read_number(work, _ACCOUNT_COUNT),
        wanted={each.booked.code: each.wanted for each in accounts},
        unbalanced=await read_rows(work, _UNBALANCED, _unbalanced_from_row),
    )


def _account_sums_from_row(row: RowMapping) -> _AccountSums:
    return _AccountSums(booked=balance_from_row(row), wanted=int(row["wanted"]))


def _unbalanced_from_row(row: RowMapping) -> UnbalancedPosting:
    return UnbalancedPosting(posting_key=row["posting_key"], total=to_int(row["total"]), lines=row["lines"])


def _uuids(words: Iterable[str]) -> Sequence[UUID]:
    """Return those of the words that are UUIDs: an object that is not ours may name anything."""
    found = []
    for word in sorted(words):
        try:
            found.append(UUID(word))
        except ValueError:
            continue
    return found
