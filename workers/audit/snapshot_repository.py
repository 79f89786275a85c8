"""The rows of the snapshot of everything, and the builders of rows that both snapshots use."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import RowMapping, Select, Table, func, select

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
from domain.saga.definition import SagaStatus
from domain.saga.tables import saga
from workers.audit.admin_acts.own_acts_repository import read_own_acts
from workers.audit.snapshot import (
    MAX_OVERDUE,
    AccountBalance,
    AuditedObjects,
    AuditedSaga,
    AuditSnapshot,
    Netting,
    PostingSum,
)

T = TypeVar("T")


async def read_all_rows(work: UnitOfWork, objects: AuditedObjects) -> AuditSnapshot:
    """Return the snapshot of all rows and these objects."""
    return AuditSnapshot(
        orders=await read_rows(work, _all_of(orders), order_from_row),
        holds=await read_rows(work, _all_of(hold), hold_from_row),
        payables=await read_rows(work, _all_of(payable), payable_from_row),
        sagas=await read_rows(work, select_sagas(), saga_from_row),
        postings=await read_rows(work, select_posting_sums(), posting_sum_from_row),
        balances=await read_rows(work, _select_balances(), balance_from_row),
        event_count=await read_number(work, select(func.count()).select_from(stripe_event)),
        intents=objects.intents,
        transfers=objects.transfers,
        refunds=objects.refunds,
        stripe_balance=objects.balance,
        refund_rows=await read_rows(work, _all_of(refund), refund_from_row),
        disputes=await read_rows(work, _all_of(dispute), dispute_from_row),
        debts=await read_rows(work, _all_of(debt), runner_debt_from_row),
        customer_debts=await read_rows(work, _all_of(customer_debt), customer_debt_from_row),
        nettings=await read_rows(work, _all_of(netting), netting_from_row),
        own_acts=await read_own_acts(work),
        late_payouts=await list_overdue_payables(work, MAX_OVERDUE),
    )


async def read_rows(
    work: UnitOfWork, query: Select[Any], build: Callable[[RowMapping], T], **parameters: object
) -> list[T]:
    """Return what `build` makes of each row of the query, with these bound parameters."""
    return [build(row) for row in (await work.connection.execute(query, parameters)).mappings()]


async def read_number(work: UnitOfWork, query: Select[Any]) -> int:
    """Return the one number that the query selects."""
    return int((await work.connection.execute(query)).scalar_one())


def _all_of(table: Table) -> Select[Any]:
    return select(table).order_by(table.c.id)


def select_sagas() -> Select[Any]:
    """Select all sagas by their numbers, each with `overdue`."""
    return select(saga, (func.now() - saga.c.wake_at).label("overdue")).order_by(saga.c.number)


def select_posting_sums() -> Select[Any]:
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


def _select_balances() -> Select[Any]:
    return (
        select(
            ledger_account.c.code,
            ledger_account.c.currency,
            func.coalesce(func.sum(ledger_entry.c.amount), 0).label("balance"),
        )
        .join(ledger_entry, ledger_entry.c.account_id == ledger_account.c.id, isouter=True)
        .group_by(ledger_account.c.id)
    )


def saga_from_row(row: RowMapping) -> AuditedSaga:
    plain = {name: row[name] for name in AuditedSaga.__slots__ if name != "status"}
    return AuditedSaga(status=SagaStatus(row["status"]), **plain)


def posting_sum_from_row(row: RowMapping) -> PostingSum:
    plain = {name: row[name] for name in PostingSum.__slots__ if name != "total"}
    return PostingSum(total=to_int(row["total"]), **plain)


def to_int(total: Decimal | None) -> int | None:
    """Return a sum of Postgres, which is a Decimal, as a number; None where nothing was summed."""
    return None if total is None else int(total)


def balance_from_row(row: RowMapping) -> AccountBalance:
    return AccountBalance(code=row["code"], currency=row["currency"], balance=int(row["balance"]))


def netting_from_row(row: RowMapping) -> Netting:
    return Netting(**{name: row[name] for name in Netting.__slots__})
