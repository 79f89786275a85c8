"""Runners' debts in Postgres, and what was netted for them, changed under a row lock."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select, update

from domain.database.literal_status import literal_status
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.payouts.model import RunnerDebt, RunnerDebtStatus
from domain.payouts.tables import debt, netting


async def insert_runner_debt(
    work: UnitOfWork,
    *,
    campus_id: int,
    order_id: int,
    refund_id: int,
    runner_id: int,
    amount: int,
    currency: str,
    refusal: str,
) -> RunnerDebt:
    """Insert what a runner owes (minor units) of their part of a refund; a refund has at most one debt."""
    values = {"campus_id": campus_id, "order_id": order_id, "refund_id": refund_id, "runner_id": runner_id}
    values |= {"amount": amount}
    statement = insert(debt).values(**values, currency=currency, refusal=refusal).returning(debt)
    return runner_debt_from_row((await work.connection.execute(statement)).mappings().one())


async def list_open_runner_debts(work: UnitOfWork, campus_id: int) -> Sequence[RunnerDebt]:
    """Return the open debts of this campus's runners, oldest first."""
    query = (
        select(debt)
        .where(debt.c.campus_id == campus_id, debt.c.status == literal_status(RunnerDebtStatus.OPEN))
        .order_by(debt.c.id)
    )
    return [runner_debt_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def find_runner_debt(work: UnitOfWork, campus_id: int, debt_id: int) -> RunnerDebt | None:
    """Return a runner's debt of this campus, in any status."""
    query = select(debt).where(debt.c.campus_id == campus_id, debt.c.id == debt_id)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else runner_debt_from_row(row)


async def lock_runner_debt(work: UnitOfWork, refund_id: int) -> RunnerDebt | None:
    """Return the runner's debt for this refund, locked until this transaction ends; None when there is none."""
    query = select(debt).where(debt.c.refund_id == refund_id).with_for_update()
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else runner_debt_from_row(row)


async def lock_open_runner_debts(
    work: UnitOfWork, campus_id: int, runner_id: int, currency: str
) -> Sequence[RunnerDebt]:
    """Return what this runner owes on this campus, oldest first, locked until this transaction ends."""
    same_runner = (debt.c.runner_id == runner_id, debt.c.campus_id == campus_id, debt.c.currency == currency)
    query = select(debt).where(*same_runner, debt.c.status == literal_status(RunnerDebtStatus.OPEN)).order_by(debt.c.id)
    rows = (await work.connection.execute(query.with_for_update())).mappings()
    return [runner_debt_from_row(row) for row in rows]


async def insert_netting(work: UnitOfWork, *, debt_id: int, payable_id: int, amount: int) -> int:
    """Insert that `amount` minor units of a payable paid this part of a debt; return the number of the netting."""
    values = {"debt_id": debt_id, "payable_id": payable_id, "amount": amount}
    made: int = (await work.connection.execute(insert(netting).values(values).returning(netting.c.id))).scalar_one()
    return made


async def record_debt_netted(work: UnitOfWork, debt_id: int, amount: int, *, ended: bool) -> None:
    """Add `amount` minor units to what was netted of a locked debt, which may end it."""
    paid: dict[str, object] = {"netted": debt.c.netted + amount}
    if ended:
        paid |= {"status": RunnerDebtStatus.NETTED, "ended_at": func.now()}
    await work.connection.execute(update(debt).where(debt.c.id == debt_id).values(paid))


async def sum_netted_by_payable(work: UnitOfWork, debt_id: int) -> Sequence[tuple[int, int]]:
    """Return each payable that paid for a debt, and how much (minor units), by the payable's number."""
    sums = select(netting.c.payable_id, func.sum(netting.c.amount).label("amount")).where(netting.c.debt_id == debt_id)
    query = sums.group_by(netting.c.payable_id).order_by(netting.c.payable_id)
    return [(payable_id, int(amount)) for payable_id, amount in (await work.connection.execute(query)).all()]


async def end_runner_debt(work: UnitOfWork, debt_id: int, ended: RunnerDebtStatus) -> None:
    """End a locked debt as waived or void."""
    statement = update(debt).where(debt.c.id == debt_id)
    await work.connection.execute(statement.values(status=ended, ended_at=func.now()))


def runner_debt_from_row(row: RowValues) -> RunnerDebt:
    plain = {name: row[name] for name in RunnerDebt.__slots__ if name != "status"}
    return RunnerDebt(status=RunnerDebtStatus(row["status"]), **plain)
