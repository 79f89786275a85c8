"""The snapshot that the invariants check: all rows of Postgres and all objects of Stripe."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, func, select

from domain.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.inbox.tables import stripe_event
from domain.ledger.tables import ledger_account, ledger_entry, ledger_txn
from domain.orders.tables import orders
from domain.payments.tables import customer_debt, hold
from domain.payouts.tables import debt, netting, payable
from domain.refunds.tables import dispute, refund
from domain.saga.tables import saga
from workers.stripe.gateway import MAX_PAGE_SIZE, StripeGateway, send_request

StripeRecord = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the snapshot of a window was read from, and the sums that Postgres made over everything."""

    days: int
    since: datetime
    listed: int  # Stripe objects, from lists of what was made in the window
    retrieved: int  # older Stripe objects of the window's orders, retrieved one by one
    orders: int  # of all times
    postings: int  # of all times
    accounts: int  # all
    wanted: Mapping[str, int]  # ledger account -> minor units it must hold by all rows
    unbalanced: Sequence[RowMapping]  # postings of all times that do not sum to zero


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSnapshot:
    """Our rows and Stripe's objects."""

    orders: Sequence[RowMapping]
    holds: Sequence[RowMapping]
    payables: Sequence[RowMapping]
    sagas: Sequence[RowMapping]
    postings: Sequence[RowMapping]  # posting_key, kind, order_id, currency, total, lines
    balances: Sequence[RowMapping]  # code, currency, balance of each account
    event_count: int
    intents: Sequence[StripeRecord]
    transfers: Sequence[StripeRecord]
    refunds: Sequence[StripeRecord]
    stripe_balance: dict[str, int]  # currency -> minor units, available and pending
    refund_rows: Sequence[RowMapping] = ()
    debts: Sequence[RowMapping] = ()
    nettings: Sequence[RowMapping] = ()
    disputes: Sequence[RowMapping] = ()
    customer_debts: Sequence[RowMapping] = ()
    coverage: Coverage | None = None  # None: the snapshot has all rows and all objects


async def read_snapshot(database: UnitOfWorkFactory, client: StripeGateway) -> AuditSnapshot:
    """Read Stripe, then Postgres. Money that moves in between looks like a breach, and a second read agrees."""
    intents = await read_every_page(lambda page: send_request(client.v1.payment_intents.list_async(page)))
    transfers = await read_every_page(lambda page: send_request(client.v1.transfers.list_async(page)))
    refunds = await read_every_page(lambda page: send_request(client.v1.refunds.list_async(page)))
    balance = await send_request(client.v1.balance.retrieve_async())
    async with database() as work:
        return AuditSnapshot(
            orders=await read_rows(work, select(orders).order_by(orders.c.id)),
            holds=await read_rows(work, select(hold).order_by(hold.c.id)),
            payables=await read_rows(work, select(payable).order_by(payable.c.id)),
            sagas=await read_rows(
                work, select(saga, (func.now() - saga.c.wake_at).label("overdue")).order_by(saga.c.number)
            ),
            postings=await read_rows(work, grouped_postings()),
            balances=await read_rows(work, _balances_query()),
            event_count=(await work.connection.execute(select(func.count()).select_from(stripe_event))).scalar_one(),
            intents=intents,
            transfers=transfers,
            refunds=refunds,
            stripe_balance=_sum_balance(balance),
            refund_rows=await read_rows(work, select(refund).order_by(refund.c.id)),
            disputes=await read_rows(work, select(dispute).order_by(dispute.c.id)),
            debts=await read_rows(work, select(debt).order_by(debt.c.id)),
            customer_debts=await read_rows(work, select(customer_debt).order_by(customer_debt.c.id)),
            nettings=await read_rows(work, select(netting).order_by(netting.c.id)),
        )


async def read_every_page(fetch: Callable[[Any], Awaitable[StripeRecord]], **params: object) -> list[StripeRecord]:
    """Return all objects of one of Stripe's lists, read page by page."""
    found: list[StripeRecord] = []
    page: dict[str, Any] = {"limit": MAX_PAGE_SIZE, **params}
    while True:
        answer = await fetch(page)
        found.extend(answer["data"])
        if not answer["has_more"]:
            return found
        page["starting_after"] = answer["data"][-1]["id"]


async def read_rows(work: UnitOfWork, query: Any, **parameters: object) -> Sequence[RowMapping]:
    """Return all rows of the query, with these bound parameters."""
    return (await work.connection.execute(query, parameters)).mappings().all()


def grouped_postings() -> Select[Any]:
    """Select a row for each posting and currency, with the sum and the number of its lines."""
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


def _balances_query() -> Select[Any]:
    return (
        select(
            ledger_account.c.code,
            ledger_account.c.currency,
            func.coalesce(func.sum(ledger_entry.c.amount), 0).label("balance"),
        )
        .join(ledger_entry, ledger_entry.c.account_id == ledger_account.c.id, isouter=True)
        .group_by(ledger_account.c.id)
    )


def _sum_balance(balance: StripeRecord) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in (*balance.get("available", []), *balance.get("pending", [])):
        found[part["currency"]] = found.get(part["currency"], 0) + part["amount"]
    return found
