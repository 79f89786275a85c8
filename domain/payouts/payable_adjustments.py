"""What a refund changes in a runner's payable: withheld before it is sent, owed again when the refund fails."""

from domain.campuses.people_repository import lock_payouts_ready
from domain.database.unit_of_work import UnitOfWork
from domain.payouts.model import Payable, PayoutEvent, PayoutStatus, RunnerDebt
from domain.payouts.repository import (
    can_start_payout,
    find_payable,
    move_payable,
    restore_netted,
    restore_withheld,
    try_withhold,
)
from domain.payouts.runner_debt_repository import sum_netted_by_payable
from domain.payouts.sagas.pay_out_runner import build_payout_start
from domain.saga.run import SagaRun


async def withhold_from_payable(work: UnitOfWork, order_id: int, amount: int) -> Payable | None:
    """Withhold `amount` minor units of what was not sent yet.

    Annul the payable when nothing is left to send. Return None, and change nothing, when there is less than that.
    """
    changed = await try_withhold(work, order_id, amount)
    if changed is None or changed.due > 0:
        return changed
    return await move_payable(work, order_id, PayoutEvent.ANNULLED)


async def restore_withheld_amount(work: UnitOfWork, run: SagaRun, order_id: int, amount: int) -> None:
    """Owe `amount` minor units to the runner again, and send them as soon as possible.

    The runner's row is locked before the payable's, as it is where an account becomes ready. Otherwise the two
    transactions would wait for each other.
    """
    owed = await find_payable(work, order_id)
    if owed is None or amount == 0:
        return
    await lock_payouts_ready(work, owed.runner_id)
    await reopen_payout(work, run, await restore_withheld(work, order_id, amount))


async def reopen_payout(work: UnitOfWork, run: SagaRun, owed: Payable) -> None:
    """Reopen a payout that is over while something is due; start it if the account is ready.

    A payable that is open, or being sent, needs none of this: its own saga reads what is due.
    """
    if owed.due <= 0 or owed.status not in (PayoutStatus.PAID, PayoutStatus.ANNULLED):
        return
    opened = await move_payable(work, owed.order_id, PayoutEvent.REOPENED, transfer=None)
    if opened is None or not await lock_payouts_ready(work, opened.runner_id):
        return
    if await can_start_payout(work, opened.id):
        run.requested_sagas.append(build_payout_start(opened))


async def restore_netted_amount(work: UnitOfWork, run: SagaRun, void: RunnerDebt) -> None:
    """Owe to the runner again what was netted for a void debt, and send it as soon as possible."""
    if void.netted == 0:
        return
    await lock_payouts_ready(work, void.runner_id)
    for payable_id, amount in await sum_netted_by_payable(work, void.id):
        await reopen_payout(work, run, await restore_netted(work, payable_id, amount))
