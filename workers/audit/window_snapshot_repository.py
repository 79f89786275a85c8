"""The snapshot of a window: rows and objects of the orders that changed or are open, and sums over everything."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, and_, exists, func, literal, null, or_, select, union_all

from domain.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.inbox.tables import stripe_event
from domain.ledger.tables import ledger_account, ledger_entry, ledger_txn
from domain.orders.tables import orders
from domain.payments.tables import customer_debt, hold
from domain.payouts.tables import debt, netting, payable
from domain.refunds.tables import dispute, refund
from domain.saga.tables import saga
from workers.audit.account_sums import wanted_sums
from workers.audit.snapshot_repository import AuditSnapshot, Coverage, grouped_postings, read_rows
from workers.audit.window_objects import Objects, add_older, list_objects
from workers.audit.window_repository import SINCE, changed_sagas, find_orders, matches_any, rows_of_orders
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_lists import retrieve_balance


def _sagas_query() -> Select[Any]:
    is_chosen = or_(matches_any(saga.c.order_id, "order_ids"), changed_sagas(), matches_any(saga.c.id, "saga_ids"))
    overdue = (func.now() - saga.c.wake_at).label("overdue")
    return select(saga, overdue).where(is_chosen).order_by(saga.c.number)


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
    return grouped_postings().where(is_chosen)


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
    rows = wanted_sums().subquery("rows")
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


async def read_window(database: UnitOfWorkFactory, client: StripeGateway, days: int) -> AuditSnapshot:
    """Return the snapshot of the last `days`, counted back by the database's clock.

    Stripe is called while no transaction is open. Rows and sums are of one moment if the transactions of `database` are
    REPEATABLE READ.
    """
    async with database() as work:
        since = work.now - timedelta(days=days)
    objects = await list_objects(client, since)
    async with database() as work:
        known = await find_orders(
            work, since, named_orders=objects.orders(), refunded_intents=objects.refunded_intents()
        )
    await add_older(client, objects, known)
    balance = await retrieve_balance(client)
    async with database() as work:
        return await _read(work, known.ids, since, objects, balance, days)


async def _read(
    work: UnitOfWork, order_ids: Sequence[int], since: datetime, objects: Objects, balance: dict[str, int], days: int
) -> AuditSnapshot:
    accounts = await read_rows(work, _ACCOUNTS)
    payables = await read_rows(work, _PAYABLES, order_ids=order_ids)
    payable_ids = [row["id"] for row in payables]
    debts = await read_rows(work, _DEBTS, order_ids=order_ids, payable_ids=payable_ids)
    nettings = await read_rows(work, _NETTINGS, debt_ids=[row["id"] for row in debts], payable_ids=payable_ids)
    posting_keys = [f"netting:{row['id']}" for row in nettings]
    return AuditSnapshot(
        orders=await read_rows(work, _ORDERS, order_ids=order_ids),
        holds=await read_rows(work, _HOLDS, order_ids=order_ids),
        payables=payables,
        sagas=await read_rows(work, _SAGAS, order_ids=order_ids, since=since, saga_ids=_uuids(objects.sagas())),
        postings=await read_rows(work, _POSTINGS, order_ids=order_ids, since=since, posting_keys=posting_keys),
        balances=accounts,
        event_count=await _count(work, _EVENT_COUNT),
        intents=list(objects.intents.values()),
        transfers=list(objects.transfers.values()),
        refunds=list(objects.refunds.values()),
        stripe_balance=balance,
        refund_rows=await read_rows(work, _REFUNDS, order_ids=order_ids),
        debts=debts,
        nettings=nettings,
        disputes=await read_rows(work, _DISPUTES, order_ids=order_ids),
        customer_debts=await read_rows(work, _CUSTOMER_DEBTS, order_ids=order_ids),
        coverage=Coverage(
            days=days,
            since=since,
            listed=objects.listed,
            retrieved=objects.count - objects.listed,
            orders=await _count(work, _ORDER_COUNT),
            postings=await _count(work, _POSTING_COUNT),
            accounts=await _count(work, _ACCOUNT_COUNT),
            wanted={row["code"]: int(row["wanted"]) for row in accounts},
            unbalanced=await read_rows(work, _UNBALANCED),
        ),
    )


async def _count(work: UnitOfWork, query: Select[Any]) -> int:
    return int((await work.connection.execute(query)).scalar_one())


def _uuids(words: Iterable[str]) -> Sequence[UUID]:
    """Return those of the words that are UUIDs: an object that is not ours may name anything."""
    found = []
    for word in sorted(words):
        try:
            found.append(UUID(word))
        except ValueError:
            continue
    return found
