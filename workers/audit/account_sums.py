"""The balance each ledger account must have by our rows: summed by Postgres, or over rows that were read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, exists, func, select, union_all

from domain.payments.model import CustomerDebtStatus
from domain.payments.tables import customer_debt
from domain.payouts.model import RunnerDebtStatus
from domain.payouts.tables import debt, payable
from domain.refunds.model import DisputeStatus, RefundStatus
from domain.refunds.tables import dispute, refund
from workers.audit.snapshot_repository import AuditSnapshot

ACCEPTED = (RefundStatus.PENDING, RefundStatus.SUCCEEDED)
DISPUTED = {DisputeStatus.OPEN: "dispute_suspense", DisputeStatus.LOST: "dispute_losses"}


def wanted_accounts(snapshot: AuditSnapshot) -> Mapping[str, int]:
    """Return ledger account -> minor units it must hold: by Postgres if the snapshot has its sums, else by the rows."""
    return accounts_of_rows(snapshot) if snapshot.coverage is None else snapshot.coverage.wanted


def due_of(row: RowMapping) -> int:
    """The minor units of a payable that are not sent yet."""
    return int(row["amount"] - row["withheld"] - row["sent"] - row["netted"])


def accounts_of_rows(snapshot: AuditSnapshot) -> Mapping[str, int]:
    """Return the same as `wanted_sums`, summed over the rows of this snapshot."""
    wanted: dict[str, int] = defaultdict(int)
    for code, amount in (*_of_money_back(snapshot), *_of_customers(snapshot), *_of_payables(snapshot)):
        wanted[code] += amount
    return wanted


def _of_money_back(snapshot: AuditSnapshot) -> Iterator[tuple[str, int]]:
    for row in snapshot.refund_rows:
        if row["status"] in ACCEPTED:
            yield f"refunds_borne:{row['currency']}", row["amount"] - row["runner_amount"]
    for row in snapshot.debts:
        if row["status"] == RunnerDebtStatus.OPEN:
            yield f"runner_debt:{row['runner_id']}:{row['currency']}", row["amount"] - row["netted"]
        elif row["status"] == RunnerDebtStatus.WAIVED:
            yield f"refunds_borne:{row['currency']}", row["amount"] - row["netted"]
    for row in snapshot.disputes:
        account = DISPUTED.get(DisputeStatus(row["status"]))
        if account is not None:
            yield f"{account}:{row['currency']}", row["withdrawn"]


def _of_customers(snapshot: AuditSnapshot) -> Iterator[tuple[str, int]]:
    for row in snapshot.customer_debts:
        if row["status"] == CustomerDebtStatus.OPEN:
            yield f"customer_debt:{row['customer_id']}:{row['currency']}", row["amount"]
        elif row["status"] == CustomerDebtStatus.WAIVED:
            yield f"bad_debts:{row['currency']}", row["amount"]


def _of_payables(snapshot: AuditSnapshot) -> Iterator[tuple[str, int]]:
    uncollected = {row["order_id"] for row in snapshot.customer_debts}
    for row in snapshot.payables:
        yield f"runner_payable:{row['runner_id']}:{row['currency']}", -due_of(row)
        if not row["charge"] and row["order_id"] not in uncollected:
            yield f"platform_costs:{row['currency']}", row["amount"]


def wanted_sums() -> Select[Any]:
    """Select code and wanted of each ledger account, summed over all refunds, debts, disputes and payables."""
    owed, unpaid = debt.c.amount - debt.c.netted, customer_debt.c
    due = payable.c.amount - payable.c.withheld - payable.c.sent - payable.c.netted
    without_charge = func.coalesce(payable.c.charge, "") == "", ~exists().where(unpaid.order_id == payable.c.order_id)
    borne = refund.c.amount - refund.c.runner_amount
    lines = union_all(
        _select_posting(_code("refunds_borne", refund.c.currency), borne, refund.c.status.in_(ACCEPTED)),
        _select_posting(
            _code("runner_debt", debt.c.runner_id, debt.c.currency), owed, debt.c.status == RunnerDebtStatus.OPEN
        ),
        _select_posting(_code("refunds_borne", debt.c.currency), owed, debt.c.status == RunnerDebtStatus.WAIVED),
        *(
            _select_posting(_code(account, dispute.c.currency), dispute.c.withdrawn, dispute.c.status == status)
            for status, account in DISPUTED.items()
        ),
        _select_posting(
            _code("customer_debt", unpaid.customer_id, unpaid.currency),
            unpaid.amount,
            unpaid.status == CustomerDebtStatus.OPEN,
        ),
        _select_posting(_code("bad_debts", unpaid.currency), unpaid.amount, unpaid.status == CustomerDebtStatus.WAIVED),
        _select_posting(_code("runner_payable", payable.c.runner_id, payable.c.currency), -due, due != 0),
        _select_posting(_code("platform_costs", payable.c.currency), payable.c.amount, *without_charge),
    ).subquery("line")
    return select(lines.c.code, func.sum(lines.c.amount).label("wanted")).group_by(lines.c.code)


def _code(name: str, *parts: ColumnElement[Any]) -> ColumnElement[str]:
    return func.concat_ws(":", name, *parts)


def _select_posting(
    code: ColumnElement[str], amount: ColumnElement[int], *where: ColumnElement[bool]
) -> Select[str, int]:
    return select(code.label("code"), amount.label("amount")).where(*where)
