"""What a refund does to a runner's pay: kept back before it is sent, taken back after, given back when it failed."""

from sqlalchemy import func, select, update

from domain.payment import Payable, PayoutEvent, PayoutStatus, RunnerDebt
from domain.store.money_repository import can_start_payout, find_payable, move_payable
from domain.store.person_repository import lock_payouts_ready
from domain.store.row_mappers import payable_from_row
from domain.store.saga_run import SagaRun
from domain.store.schema import netting, payable
from domain.store.steps.local_money_steps import build_payout_start
from domain.store.unit_of_work import UnitOfWork


async def withhold_from_payable(work: UnitOfWork, order_id: int, amount: int) -> Payable | None:
    """Keep `amount` minor units of what was not sent yet; None, and nothing changed, when it is not there to keep."""
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
    """A transfer of this order was reversed by `amount`; where she does not bear it, it is owed to her again."""
    changed = {"sent": payable.c.sent - amount}
    if borne:
        changed["withheld"] = payable.c.withheld + amount
    await work.connection.execute(update(payable).where(payable.c.order_id == order_id).values(changed))


async def restore_withheld_amount(work: UnitOfWork, run: SagaRun, order_id: int, amount: int) -> None:
    """She does not bear this part any more: it is owed to her again, and sent as soon as that is possible.

    Her row is locked before the payable's: as where her account becomes ready, or the two would wait for each other.
    """
    owed = await find_payable(work, order_id)
    if owed is None or amount == 0:
        return
    await lock_payouts_ready(work, owed.runner_id)
    less = update(payable).where(payable.c.order_id == order_id).values(withheld=payable.c.withheld - amount)
    row = (await work.connection.execute(less.returning(payable))).mappings().one()
    await reopen_payout(work, run, payable_from_row(row))


async def reopen_payout(work: UnitOfWork, run: SagaRun, owed: Payable) -> None:
    """What is due of a pay-out that was over: it is open again, and starts if her account is ready.

    One that is open, or being sent, knows by itself what is due when its time comes.
    """
    if owed.due <= 0 or owed.status not in (PayoutStatus.PAID, PayoutStatus.ANNULLED):
        return
    opened = await move_payable(work, owed.order_id, PayoutEvent.REOPENED, transfer=None)
    if opened is None or not await lock_payouts_ready(work, opened.runner_id):
        return
    if await can_start_payout(work, opened.id):
        run.requested_sagas.append(build_payout_start(opened))


async def restore_netted_amount(work: UnitOfWork, run: SagaRun, void: RunnerDebt) -> None:
    """The debt is void: what was kept for it is owed to her again, and sent as soon as that is possible."""
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
