"""The books of the last days: rows and objects of the orders that changed or are open, and all sums whole."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, exists, func, literal, null, or_, select, union_all

from domain.store.schema import (
    customer_debt,
    debt,
    dispute,
    hold,
    ledger_account,
    ledger_entry,
    ledger_txn,
    netting,
    orders,
    payable,
    refund,
    saga,
    stripe_event,
)
from domain.store.unit_of_work import UnitOfWork, UnitOfWorkFactory
from workers.account_sums import wanted_sums
from workers.audit_snapshot import AuditSnapshot, Coverage, grouped_postings, read_rows
from workers.audit_window import find_orders, moved_sagas, one_of
from workers.stripe_gateway import StripeGateway
from workers.stripe_gateway_lists import retrieve_balance
from workers.window_objects import Objects, add_older, list_objects


async def read_window(database: UnitOfWorkFactory, client: StripeGateway, days: int) -> AuditSnapshot:
    """The books of so many days back from the database's clock; Stripe is asked while no transaction is open.

    Rows and sums are of one moment where the database's transactions are REPEATABLE READ.
    """
    async with database() as work:
        since = work.now - timedelta(days=days)
    objects = await list_objects(client, since)
    async with database() as work:
        known = await find_orders(work, since, named=objects.orders(), paid_by=objects.payments())
    await add_older(client, objects, known)
    balance = await retrieve_balance(client)
    async with database() as work:
        return await _read(work, known.ids, since, objects, balance, days)


async def _read(
    work: UnitOfWork, ids: Sequence[int], since: datetime, objects: Objects, balance: dict[str, int], days: int
) -> AuditSnapshot:
    accounts = await read_rows(work, _accounts())
    payables = await read_rows(work, select(payable).where(one_of(payable.c.order_id, ids)).order_by(payable.c.id))
    debts, nettings = await _read_debts(work, ids, [row["id"] for row in payables])
    keys = [f"netting:{row['id']}" for row in nettings]
    return AuditSnapshot(
        orders=await read_rows(work, select(orders).where(one_of(orders.c.id, ids)).order_by(orders.c.id)),
        holds=await read_rows(work, select(hold).where(one_of(hold.c.order_id, ids)).order_by(hold.c.id)),
        payables=payables,
        sagas=await _read_sagas(work, ids, since, objects.sagas()),
        postings=await read_rows(work, _postings(ids, since, keys)),
        balances=accounts,
        event_count=await _count(work, stripe_event),
        intents=list(objects.intents.values()),
        transfers=list(objects.transfers.values()),
        refunds=list(objects.refunds.values()),
        stripe_balance=balance,
        refund_rows=await read_rows(work, select(refund).where(one_of(refund.c.order_id, ids)).order_by(refund.c.id)),
        debts=debts,
        nettings=nettings,
        disputes=await read_rows(work, select(dispute).where(one_of(dispute.c.order_id, ids)).order_by(dispute.c.id)),
        customer_debts=await read_rows(work, select(customer_debt).where(one_of(customer_debt.c.order_id, ids))),
        coverage=Coverage(
            days=days,
            since=since,
            listed=objects.listed,
            retrieved=objects.count - objects.listed,
            orders=await _count(work, orders),
            postings=await _count(work, ledger_txn),
            accounts=await _count(work, ledger_account),
            wanted={row["code"]: int(row["wanted"]) for row in accounts},
            unbalanced=await read_rows(work, _unbalanced()),
        ),
    )


async def _count(work: UnitOfWork, table: Any) -> int:
    return int((await work.connection.execute(select(func.count()).select_from(table))).scalar_one())


async def _read_debts(
    work: UnitOfWork, ids: Sequence[int], payables: Sequence[int]
) -> tuple[Sequence[RowMapping], Sequence[RowMapping]]:
    """Debts of the orders, or netted against their payables; and all nettings of both."""
    netted = select(netting.c.debt_id).where(one_of(netting.c.payable_id, payables))
    query = select(debt).where(or_(one_of(debt.c.order_id, ids), debt.c.id.in_(netted)))
    debts = await read_rows(work, query.order_by(debt.c.id))
    of_debts = one_of(netting.c.debt_id, [row["id"] for row in debts])
    either = or_(of_debts, one_of(netting.c.payable_id, payables))
    return debts, await read_rows(work, select(netting).where(either).order_by(netting.c.id))


async def _read_sagas(
    work: UnitOfWork, ids: Sequence[int], since: datetime, named: Iterable[str]
) -> Sequence[RowMapping]:
    chosen = or_(one_of(saga.c.order_id, ids), moved_sagas(since), one_of(saga.c.id, _uuids(named)))
    query = select(saga, (func.now() - saga.c.wake_at).label("overdue")).where(chosen)
    return await read_rows(work, query.order_by(saga.c.number))


def _uuids(words: Iterable[str]) -> Sequence[UUID]:
    """Those of the words that are one: somebody else's object may name anything."""
    found = []
    for word in sorted(words):
        try:
            found.append(UUID(word))
        except ValueError:
            continue
    return found


def _postings(ids: Sequence[int], since: datetime, keys: Sequence[str]) -> Any:
    of_nobody: ColumnElement[bool] = and_(ledger_txn.c.order_id.is_(None), ledger_txn.c.created_at >= since)
    chosen = or_(one_of(ledger_txn.c.order_id, ids), one_of(ledger_txn.c.posting_key, keys), of_nobody)
    return grouped_postings().where(chosen)


def _unbalanced() -> Any:
    """Of all postings there are: those whose lines do not sum to zero, or are fewer than two."""
    total, lines = func.sum(ledger_entry.c.amount), func.count()
    summed = select(ledger_entry.c.txn_id, total.label("total"), lines.label("lines"))
    summed = summed.group_by(ledger_entry.c.txn_id, ledger_entry.c.currency)
    empty = select(ledger_txn.c.id, null(), literal(0)).where(~exists().where(ledger_entry.c.txn_id == ledger_txn.c.id))
    wrong = union_all(summed.having(or_(total != 0, lines < 2)), empty).subquery("wrong")
    found = select(ledger_txn.c.posting_key, wrong.c.total, wrong.c.lines)
    return found.join(wrong, wrong.c.txn_id == ledger_txn.c.id)


def _accounts() -> Any:
    """code, currency, balance, wanted: over all entries and all rows, of the accounts where either is not zero."""
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
    currency = func.coalesce(balances.c.currency, func.substring(code, "[^:]+$"))  # an account that was never booked on
    return (
        select(code.label("code"), currency.label("currency"), balance.label("balance"), wanted.label("wanted"))
        .select_from(balances.join(rows, rows.c.code == balances.c.code, full=True))
        .where(or_(balance != 0, wanted != 0))
    )
