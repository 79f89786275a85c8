"""Everything the invariants speak about, read from Postgres and from Stripe at one moment."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, func, select

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
from domain.store.unit_of_work import Database, UnitOfWork
from workers.stripe_gateway import LARGEST_PAGE, Stripe, send

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Rows of ours and objects of Stripe's."""

    orders: Sequence[RowMapping]
    holds: Sequence[RowMapping]
    payables: Sequence[RowMapping]
    sagas: Sequence[RowMapping]
    postings: Sequence[RowMapping]  # posting_key, kind, order_id, currency, total, lines
    balances: Sequence[RowMapping]  # code, currency, balance of each account
    events: int
    intents: Sequence[Answer]
    transfers: Sequence[Answer]
    refunds: Sequence[Answer]
    stripe_balance: dict[str, int]  # currency -> minor units, available and pending
    refund_rows: Sequence[RowMapping] = ()
    debts: Sequence[RowMapping] = ()
    nettings: Sequence[RowMapping] = ()
    disputes: Sequence[RowMapping] = ()
    customer_debts: Sequence[RowMapping] = ()


async def read_books(database: Database, client: Stripe) -> Books:
    """Stripe first, Postgres after it; what moves in between differs, and a second reading agrees."""
    intents = await _all(lambda page: send(client.v1.payment_intents.list_async(page)))
    transfers = await _all(lambda page: send(client.v1.transfers.list_async(page)))
    refunds = await _all(lambda page: send(client.v1.refunds.list_async(page)))
    balance = await send(client.v1.balance.retrieve_async())
    async with database() as work:
        return Books(
            orders=await _rows(work, select(orders).order_by(orders.c.id)),
            holds=await _rows(work, select(hold).order_by(hold.c.id)),
            payables=await _rows(work, select(payable).order_by(payable.c.id)),
            sagas=await _rows(
                work, select(saga, (func.now() - saga.c.wake_at).label("overdue")).order_by(saga.c.number)
            ),
            postings=await _rows(work, _postings()),
            balances=await _rows(work, _balances()),
            events=(await work.connection.execute(select(func.count()).select_from(stripe_event))).scalar_one(),
            intents=intents,
            transfers=transfers,
            refunds=refunds,
            stripe_balance=_sum_balance(balance),
            refund_rows=await _rows(work, select(refund).order_by(refund.c.id)),
            disputes=await _rows(work, select(dispute).order_by(dispute.c.id)),
            debts=await _rows(work, select(debt).order_by(debt.c.id)),
            customer_debts=await _rows(work, select(customer_debt).order_by(customer_debt.c.id)),
            nettings=await _rows(work, select(netting).order_by(netting.c.id)),
        )


async def _all(fetch: Callable[[Any], Awaitable[Answer]]) -> list[Answer]:
    found: list[Answer] = []
    page: dict[str, Any] = {"limit": LARGEST_PAGE}
    while True:
        answer = await fetch(page)
        found.extend(answer["data"])
        if not answer["has_more"]:
            return found
        page["starting_after"] = answer["data"][-1]["id"]


async def _rows(work: UnitOfWork, query: Any) -> Sequence[RowMapping]:
    return (await work.connection.execute(query)).mappings().all()


def _postings() -> Any:
    return (
        select(
            ledger_txn.c.posting_key,
            ledger_txn.c.kind,
            ledger_txn.c.order_id,
            ledger_entry.c.currency,
            func.sum(ledger_entry.c.amount).label("total"),
            func.count().label("lines"),
        )
        .join(ledger_entry, ledger_entry.c.txn_id == ledger_txn.c.id, isouter=True)
        .group_by(ledger_txn.c.id, ledger_entry.c.currency)
    )


def _balances() -> Any:
    return (
        select(
            ledger_account.c.code,
            ledger_account.c.currency,
            func.coalesce(func.sum(ledger_entry.c.amount), 0).label("balance"),
        )
        .join(ledger_entry, ledger_entry.c.account_id == ledger_account.c.id, isouter=True)
        .group_by(ledger_account.c.id)
    )


def _sum_balance(balance: Answer) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in (*balance.get("available", []), *balance.get("pending", [])):
        found[part["currency"]] = found.get(part["currency"], 0) + part["amount"]
    return found
