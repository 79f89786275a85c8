"""Customers' debts for delivered orders in Postgres: inserted once, ended by a guarded UPDATE."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, insert, select, update

from domain.database.actors import SYSTEM, Actor
from domain.database.event_log_repository import log_event
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.errors import DebtBeingPaid, DebtOutstanding, Stale
from domain.money import format_money
from domain.orders.states import Order
from domain.payments.model import CustomerDebt, CustomerDebtStatus
from domain.payments.sagas.settle_debt import SETTLE_DEBT
from domain.payments.tables import customer_debt
from domain.saga.lookup_repository import has_unfinished_saga

# The event log keeps the event names it has always used.
_END_EVENTS = {CustomerDebtStatus.WAIVED: "let_go"}
_OPEN = customer_debt.c.status == CustomerDebtStatus.OPEN
_OF_ORDER = select(customer_debt).where(customer_debt.c.order_id == bindparam("number"))


async def insert_customer_debt(work: UnitOfWork, order: Order, amount: int, refusal: str) -> CustomerDebt:
    """Insert and log what the customer owes for the order, in minor units. An order has at most one debt."""
    values = {"campus_id": order.campus_id, "order_id": order.id, "customer_id": order.customer_id, "amount": amount}
    statement = insert(customer_debt).values(**values, currency=order.price.currency, refusal=refusal)
    row = (await work.connection.execute(statement.returning(customer_debt))).mappings().one()
    owed = customer_debt_from_row(row)
    await _log(work, SYSTEM, owed, "owed", None, refusal)
    return owed


async def find_customer_debt(work: UnitOfWork, order_id: int) -> CustomerDebt | None:
    """Return the customer's debt for this order, in any status; None when there never was one."""
    row = (await work.connection.execute(_OF_ORDER, {"number": order_id})).mappings().one_or_none()
    return None if row is None else customer_debt_from_row(row)


async def lock_customer_debt(work: UnitOfWork, campus_id: int, debt_id: int) -> CustomerDebt | None:
    """Return a debt of this campus, locked until this transaction ends; None when there is none."""
    query = select(customer_debt).where(customer_debt.c.campus_id == campus_id, customer_debt.c.id == debt_id)
    row = (await work.connection.execute(query.with_for_update())).mappings().one_or_none()
    return None if row is None else customer_debt_from_row(row)


async def list_open_customer_debts(
    work: UnitOfWork, campus_id: int, person_id: int | None = None
) -> Sequence[CustomerDebt]:
    """Return the open debts of this customer, or of the whole campus, oldest first."""
    query = select(customer_debt).where(customer_debt.c.campus_id == campus_id, _OPEN).order_by(customer_debt.c.id)
    if person_id is not None:
        query = query.where(customer_debt.c.customer_id == person_id)
    return [customer_debt_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def require_no_customer_debt(work: UnitOfWork, campus_id: int, person_id: int) -> None:
    """Raise DebtOutstanding, with the oldest debt, when the person has an open debt on this campus."""
    for owed in (await list_open_customer_debts(work, campus_id, person_id))[:1]:
        refusal = DebtOutstanding(amount=format_money(owed.amount, owed.currency), order=owed.order_id)
        refusal.debt_id = owed.id
        raise refusal


async def require_debt_chargeable(work: UnitOfWork, owed: CustomerDebt) -> None:
    """Raise Stale when this locked debt is not owed any more, DebtBeingPaid while a charge of it is in flight."""
    if owed.status is not CustomerDebtStatus.OPEN:
        raise Stale
    if await has_unfinished_saga(work, owed.order_id, SETTLE_DEBT.kind):
        raise DebtBeingPaid


async def count_payment_attempt(work: UnitOfWork, owed: CustomerDebt) -> None:
    """Count one more attempt to pay a locked debt."""
    counted = update(customer_debt).where(customer_debt.c.id == owed.id)
    await work.connection.execute(counted.values(attempt=customer_debt.c.attempt + 1))


async def end_customer_debt(
    work: UnitOfWork, owed: CustomerDebt, ended: CustomerDebtStatus, *, actor: Actor = SYSTEM, reason: str | None = None
) -> bool:
    """End an open debt as paid or waived, and log it. Return False, and change nothing, when it was over before."""
    statement = update(customer_debt).where(customer_debt.c.id == owed.id, _OPEN)
    moved = await work.connection.execute(statement.values(status=ended, ended_at=func.now()))
    if moved.rowcount == 0:
        return False
    await _log(work, actor, owed, _END_EVENTS.get(ended, ended), CustomerDebtStatus.OPEN, reason, after=ended)
    return True


async def _log(
    work: UnitOfWork,
    actor: Actor,
    owed: CustomerDebt,
    happened: str,
    before: str | None,
    reason: str | None,
    *,
    after: str = CustomerDebtStatus.OPEN,
) -> None:
    await log_event(
        work,
        actor,
        campus_id=owed.campus_id,
        order_id=owed.order_id,
        subject="customer_debt",
        subject_id=owed.id,
        happened=happened,
        before=before,
        after=after,
        reason=reason,
    )


def customer_debt_from_row(row: RowValues) -> CustomerDebt:
    plain = {name: row[name] for name in CustomerDebt.__slots__ if name != "status"}
    return CustomerDebt(status=CustomerDebtStatus(row["status"]), **plain)
