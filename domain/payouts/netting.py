"""Netting of what a runner owes against what the runner earns later.

Locks are taken in one order everywhere: the runner's row, the debts, then payables. Two payouts that race for one debt
therefore wait for each other.
"""

from domain.database.unit_of_work import UnitOfWork
from domain.ledger.postings import netting_posting
from domain.ledger.repository import post_to_ledger
from domain.payouts.model import Payable, PayoutStatus, RunnerDebt
from domain.payouts.repository import add_netted_amount, can_start_payout, find_payable, lock_payable
from domain.payouts.runner_debt_repository import insert_netting, lock_open_runner_debts, record_debt_netted


async def net_debts(work: UnitOfWork, order_id: int) -> Payable | None:
    """Net the runner's open debts of this campus, oldest first, against what is due for the order.

    Never net more than is due, and nothing while the payout cannot start. Return the payable as it is afterwards.
    """
    seen = await find_payable(work, order_id)
    debts = [] if seen is None else await lock_open_runner_debts(work, seen.campus_id, seen.runner_id, seen.currency)
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


async def _net_debt(work: UnitOfWork, owed: Payable, of: RunnerDebt, amount: int) -> None:
    made = await insert_netting(work, debt_id=of.id, payable_id=owed.id, amount=amount)
    await add_netted_amount(work, owed.id, amount)
    await record_debt_netted(work, of.id, amount, ended=amount == of.left)
    posting = netting_posting(netting=made, runner=owed.runner_id, amount=amount, currency=owed.currency)
    await post_to_ledger(work, posting, owed.order_id)
