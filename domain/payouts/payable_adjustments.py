"""What a refund changes in a runner's payable: withheld before it is sent, reversed after, restored on failure."""

from sqlalchemy import func, select, update

from domain.campuses.people_repository import lock_payouts_ready
from domain.database.unit_of_work import UnitOfWork
from domain.payouts.model import Payable, PayoutEvent, PayoutStatus, RunnerDebt
from domain.payouts.repository import can_start_payout, find_payable, move_payable, payable_from_row
from domain.payouts.sagas.pay_out_runner import build_payout_start
from domain.payouts.tables import netting, payable
from domain.saga.run import SagaRun


async def withhold_from_payable(work: UnitOfWork, order_id: int, amount: int) -> Payable | None:
    """Withhold `amount` minor units of what was not sent yet.

    Annul the payable when nothing is left to send. Return None, and change nothing, when there is less than that.
    """
    left = payable.c.amount - payable.c.withheld - payable.c.sent - payable.c.netted
    statement = (
        update(payable)
        .where(payable.c.order_id == order_id, payable.c.status == PayoutStatus.OPEN, left >= amount)
        .values(withheld=payable.c.withheld + amount)
        .returning(payable)
    )
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    changed = payable_from_row(row)
    if changed.due > 0:
        return changed
    return await move_payable(work, order_id, PayoutEvent.ANNULLED)


async def record_transfer_reversed(work: UnitOfWork, order_id: int, amount: int, *, borne: bool) -> None:
    """Record that `amount` minor units of the order's transfer were reversed.

    If the runner does not bear them (`borne`), they are owed to the runner again.
    """
    changed = {"sent": payable.c.sent - amount}
    if borne:
        changed["withheld"] = payable.c.withheld + amount
    await work.connection.execute(update(payable).where(payable.c.order_id == order_id).values(changed))


async def restore_withheld_amount(work: UnitOfWork, run: SagaRun, order_id: int, amount: int) -> None:
    """Owe `amount` minor units to the runner again, and send them as soon as possible.

    The runner's row is locked before the payable's, as it is where an account becomes ready. Otherwise the two
    transactions would wait for each other.
    """
    owed = await find_payable(work, order_id)
    if owed is None or amount == 0:
        return
    await lock_payouts_ready(work, owed.runner_id)
    less = update(payable).where(payable.c.order_id == order_id).values(withheld=payable.c.withheld - amount)
    row = (await work.connection.execute(less.returning(payable))).mappings().one()
    await reopen_payout(work, run, payable_from_row(row))


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
    sums = select(netting.c.payable_id, func.sum(netting.c.amount).label("amount"))
    query = sums.where(netting.c.debt_id == void.id).group_by(netting.c.payable_id).order_by(netting.c.payable_id)
    for kept in (await work.connection.execute(query)).all():
        less = update(payable).where(payable.c.id == kept.payable_id)
        less = less.values(netted=payable.c.netted - int(kept.amount))
        row = (await work.connection.execute(less.returning(payable))).mappings().one()
        await reopen_payout(work, run, payable_from_row(row))
