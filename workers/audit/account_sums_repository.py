"""The balance that each ledger account must have by all our rows, summed by Postgres."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, union_all

from domain.payments.model import CustomerDebtStatus
from domain.payments.tables import customer_debt
from domain.payouts.model import RunnerDebtStatus
from domain.payouts.tables import debt, payable
from domain.refunds.tables import dispute, refund
from workers.audit.account_sums import ACCEPTED, DISPUTED


def select_wanted_sums() -> Select[Any]:
    """Select code and wanted of each ledger account, summed over all refunds, debts, disputes and payables."""
    owed, unpaid = debt.c.amount - debt.c.netted, customer_debt.c
    due = payable.c.amount - payable.c.withheld - payable.c.sent - payable.c.netted
    without_charge = func.coalesce(payable.c.charge, "") == "", ~exists().where(unpaid.order_id == payable.c.order_id)
    borne = refund.c.amount - refund.c.runner_amount - refund.c.from_advance
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
