"""Customers' debts for delivered orders in Postgres: inserted once, ended by a guarded UPDATE."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, or_, select, update

from domain.campuses.repository import has_place
from domain.campuses.tables import campus, person
from domain.database.actors import SYSTEM, Actor
from domain.database.event_log_repository import log_event
from domain.database.literal_status import literal_status
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.errors import DebtBeingPaid, DebtOutstanding, DebtOutstandingElsewhere, Stale
from domain.money import format_money
from domain.orders.states import Order
from domain.payments.model import CustomerDebt, CustomerDebtStatus, PersonDebt
from domain.payments.sagas.settle_debt import SETTLE_DEBT
from domain.payments.tables import customer_debt
from domain.saga.lookup_repository import has_unfinished_saga

# The event log keeps the event names it has always used.
_END_EVENTS = {CustomerDebtStatus.WAIVED: "let_go"}
# No parameter, because a plan for any parameter could not use the partial indexes.
_OPEN = customer_debt.c.status == literal_status(CustomerDebtStatus.OPEN)
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


async def lock_customer_debt(
    work: UnitOfWork, campus_id: int, debt_id: int, *, owed_by: int | None = None
) -> CustomerDebt | None:
    """Return a debt of this campus, locked until this transaction ends; None when there is none.

    With `owed_by` it may also be a debt of this person on another campus.
    """
    here = customer_debt.c.campus_id == campus_id
    if owed_by is not None:
        here = or_(here, customer_debt.c.customer_id == owed_by)
    query = select(customer_debt).where(customer_debt.c.id == debt_id, here)
    row = (await work.connection.execute(query.with_for_update())).mappings().one_or_none()
    return None if row is None else customer_debt_from_row(row)


async def list_open_customer_debts(work: UnitOfWork, campus_id: int) -> Sequence[CustomerDebt]:
    """Return the open debts of all customers of a campus, oldest first."""
    query = select(customer_debt).where(customer_debt.c.campus_id == campus_id, _OPEN).order_by(customer_debt.c.id)
    return [customer_debt_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def list_open_debts_of_person(work: UnitOfWork, campus_id: int, person_id: int) -> Sequence[PersonDebt]:
    """Return what a person owes on any campus of the deployment, that of this campus first, then the oldest."""
    rows = await work.connection.execute(_DEBTS_OF_PERSON, {"campus": campus_id, "person": person_id})
    return [_person_debt_from_row(row) for row in rows.mappings()]


async def list_open_debts_elsewhere(work: UnitOfWork, campus_id: int) -> Sequence[PersonDebt]:
    """Return what people with a place on this campus owe on others, oldest first."""
    elsewhere = (customer_debt.c.campus_id != campus_id, has_place(campus_id, customer_debt.c.customer_id))
    rows = await work.connection.execute(_person_debts().where(*elsewhere).order_by(customer_debt.c.id))
    return [_person_debt_from_row(row) for row in rows.mappings()]


async def find_open_debt_elsewhere(work: UnitOfWork, campus_id: int, debt_id: int) -> PersonDebt | None:
    """Return an open debt of another campus than this one; None when it is over, or of this one."""
    query = _person_debts().where(customer_debt.c.id == debt_id, customer_debt.c.campus_id != campus_id)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    return None if row is None else _person_debt_from_row(row)


def _person_debts() -> Select[Any]:
    joined = customer_debt.join(campus, campus.c.id == customer_debt.c.campus_id)
    joined = joined.join(person, person.c.id == customer_debt.c.customer_id)
    named = (campus.c.title.label("campus_title"), person.c.first_name)
    return select(customer_debt, *named).select_from(joined).where(_OPEN)


_DEBTS_OF_PERSON = (
    _person_debts()
    .where(customer_debt.c.customer_id == bindparam("person"))
    .order_by(customer_debt.c.campus_id != bindparam("campus"), customer_debt.c.id)
)


def _person_debt_from_row(row: RowValues) -> PersonDebt:
    names = {"campus_title": row["campus_title"], "first_name": row["first_name"]}
    return PersonDebt(debt=customer_debt_from_row(row), **names)


async def require_no_customer_debt(work: UnitOfWork, campus_id: int, person_id: int) -> None:
    """Raise DebtOutstanding, with one debt, when the person has an open debt on any campus of the deployment.

    It is DebtOutstandingElsewhere, with the name of the campus, when nothing is owed on this one.
    """
    for owed in (await list_open_debts_of_person(work, campus_id, person_id))[:1]:
        about: dict[str, str | int] = {
            "amount": format_money(owed.debt.amount, owed.debt.currency),
            "order": owed.debt.order_id,
        }
        is_here = owed.debt.campus_id == campus_id
        refusal = DebtOutstanding(**about) if is_here else DebtOutstandingElsewhere(**about, team=owed.campus_title)
        refusal.debt_id = owed.debt.id
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
