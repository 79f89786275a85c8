"""Netting of what a runner owes against what the runner earns later.

Locks are taken in one order everywhere: the runner's row, the debts, then payables. Two payouts that race for one debt
therefore wait for each other.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select, update

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import netting_posting
from domain.ledger.repository import post_to_ledger
from domain.payouts.model import Payable, PayoutStatus, RunnerDebt, RunnerDebtStatus
from domain.payouts.repository import can_start_payout, find_payable, lock_payable
from domain.payouts.runner_debt_repository import runner_debt_from_row
from domain.payouts.tables import debt, netting, payable


async def net_debts(work: UnitOfWork, order_id: int) -> Payable | None:
    """Net the runner's open debts of this campus, oldest first, against what is due for the order.

    Never net more than is due, and nothing while the payout cannot start. Return the payable as it is afterwards.
    """
    seen = await find_payable(work, order_id)
    debts = [] if seen is None else await _lock_open_debts(work, seen)
    owed = await lock_payable(work, order_id)
    if owed is None or not debts or owed.status is not PayoutStatus.OPEN or not await can_start_payout(work, owed.id):
        return owed
    left = owed.due
    for each in debts:
        amount = min(left, each.left)
        if amount > 0:
            await _net_debt(work, owed, each, amount)
            left -= amount
    return await find_payable(work, order_id)


async def _lock_open_debts(work: UnitOfWork, owed: Payable) -> Sequence[RunnerDebt]:
    same_runner = (
        debt.c.runner_id == owed.runner_id,
        debt.c.campus_id == owed.campus_id,
        debt.c.currency == owed.currency,
    )
    query = (
        select(debt).where(*same_runner, debt.c.status == RunnerDebtStatus.OPEN).order_by(debt.c.id).with_for_update()
    )
    return [runner_debt_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def _net_debt(work: UnitOfWork, owed: Payable, of: RunnerDebt, amount: int) -> None:
    values = {"debt_id": of.id, "payable_id": owed.id, "amount": amount}
    made = (await work.connection.execute(insert(netting).values(values).returning(netting.c.id))).scalar_one()
    kept = {"netted": payable.c.netted + amount}
    await work.connection.execute(update(payable).where(payable.c.id == owed.id).values(kept))
    paid: dict[str, Any] = {"netted": debt.c.netted + amount}
    if amount == of.left:
        paid |= {"status": RunnerDebtStatus.NETTED, "ended_at": func.now()}
    await work.connection.execute(update(debt).where(debt.c.id == of.id).values(paid))
    posting = netting_posting(netting=made, runner=owed.runner_id, amount=amount, currency=owed.currency)
    await post_to_ledger(work, posting, owed.order_id)
