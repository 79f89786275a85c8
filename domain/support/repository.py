"""Ratings and cases in Postgres, read in the scope of their campus; a case changes only while it is open."""

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, RowMapping, bindparam, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.database.event_log_repository import LoggedEvent, read_order_history
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.errors import CaseClosed, CaseNotFound
from domain.messaging.replied_message_repository import find_replied_messages
from domain.orders.states import DELIVERED_STATUSES, Order
from domain.orders.tables import orders
from domain.payouts.tables import payable
from domain.support.feedback import Case, CaseStatus, ProblemKind, Rating, RatingCounts, RatingReason
from domain.support.tables import problem_case, rating

CASE_NOTIFICATION_NAME = re.compile(r"case:([0-9]{1,18}):.*")  # how notifications about a case are named
_CONVERTED_FIELDS = ("kind", "status")

_RATING = select(rating).where(rating.c.order_id == bindparam("number"))
_OPEN_CASE = select(problem_case).where(
    problem_case.c.order_id == bindparam("number"), problem_case.c.status == CaseStatus.OPEN
)


async def save_rating(work: UnitOfWork, order: Order, given: Rating) -> None:
    """Save the customer's rating of this order, in place of an earlier one."""
    values = {"good": given.good, "reason": given.reason, "rated_at": func.now()}
    fresh = upsert(rating).values(order_id=order.id, **values)
    await work.connection.execute(fresh.on_conflict_do_update(index_elements=["order_id"], set_=values))


async def find_rating(work: UnitOfWork, order_id: int) -> Rating | None:
    """Return the rating of an order, which the caller has found in its campus."""
    row = (await work.connection.execute(_RATING, {"number": order_id})).mappings().one_or_none()
    return None if row is None else rating_from_row(row)


async def count_ratings(work: UnitOfWork, campus_id: int, runner_id: int) -> RatingCounts:
    """Count a runner's deliveries and thumbs on this campus, without saying which order got which."""
    query = (
        select(
            func.count(orders.c.id),
            func.count(orders.c.id).filter(rating.c.good),
            func.count(orders.c.id).filter(~rating.c.good),
        )
        .select_from(orders.outerjoin(rating, rating.c.order_id == orders.c.id))
        .where(
            orders.c.campus_id == campus_id, orders.c.runner_id == runner_id, orders.c.status.in_(DELIVERED_STATUSES)
        )
    )
    deliveries, up, down = (await work.connection.execute(query)).one()
    return RatingCounts(deliveries=deliveries, thumbs_up=up, thumbs_down=down)


async def insert_case(
    work: UnitOfWork, order: Order, *, opened_by: int, kind: ProblemKind, story: str, photo: str | None
) -> Case:
    """Insert a case. The caller has locked the order and seen that no case of it is open."""
    values = {"campus_id": order.campus_id, "order_id": order.id, "opened_by": opened_by}
    made = insert(problem_case).values(**values, kind=kind, story=story, photo=photo).returning(problem_case)
    return _case_from_row((await work.connection.execute(made)).mappings().one())


async def find_case(work: UnitOfWork, campus_id: int, case_id: int) -> Case:
    """Return the case. Raise CaseNotFound when there is none or it belongs to another campus."""
    query = select(problem_case).where(problem_case.c.id == case_id, problem_case.c.campus_id == campus_id)
    row = (await work.connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise CaseNotFound
    return _case_from_row(row)


async def find_open_case(work: UnitOfWork, order_id: int) -> Case | None:
    """Return the open case about an order, which the caller has found in its campus."""
    row = (await work.connection.execute(_OPEN_CASE, {"number": order_id})).mappings().one_or_none()
    return None if row is None else _case_from_row(row)


def has_open_case() -> ColumnElement[bool]:
    """Build the condition that a case about the payable's order is open."""
    return exists().where(problem_case.c.order_id == payable.c.order_id, problem_case.c.status == CaseStatus.OPEN)


async def list_open_cases(work: UnitOfWork, campus_id: int) -> Sequence[Case]:
    """Return the open cases of this campus, oldest first."""
    here = (problem_case.c.campus_id == campus_id, problem_case.c.status == CaseStatus.OPEN)
    query = select(problem_case).where(*here).order_by(problem_case.c.id)
    return [_case_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def list_open_cases_of_customer(work: UnitOfWork, campus_id: int, person_id: int) -> Sequence[Case]:
    """Return the open cases of this customer on this campus, oldest first."""
    here = (problem_case.c.campus_id == campus_id, problem_case.c.status == CaseStatus.OPEN)
    query = select(problem_case).where(*here, problem_case.c.opened_by == person_id).order_by(problem_case.c.id)
    return [_case_from_row(row) for row in (await work.connection.execute(query)).mappings()]


async def update_open_case(work: UnitOfWork, campus_id: int, case_id: int, **changes: object) -> Case:
    """Count one more message in an open case and apply these changes. Raise CaseClosed when it is closed.

    The count becomes part of the notification's name. It rises in the UPDATE, so that two messages at the same
    moment never share a number.
    """
    statement = (
        update(problem_case)
        .where(
            problem_case.c.id == case_id,
            problem_case.c.campus_id == campus_id,
            problem_case.c.status == CaseStatus.OPEN,
        )
        .values(messages=problem_case.c.messages + 1, **changes)
        .returning(problem_case)
    )
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        await find_case(work, campus_id, case_id)
        raise CaseClosed(case=case_id)
    return _case_from_row(row)


async def find_case_of_message(work: UnitOfWork, campus_id: int, chat_id: int, message_id: int) -> int | None:
    """Return the id of the case that this message of the bot is about; None when it is about something else."""
    notifications = await find_replied_messages(work, campus_id, chat_id, message_id)
    cases = {
        int(found[1]) for each in notifications if (found := CASE_NOTIFICATION_NAME.fullmatch(each.name)) is not None
    }
    return cases.pop() if len(cases) == 1 else None


async def read_case_history(work: UnitOfWork, case: Case) -> Sequence[LoggedEvent]:
    """Return all logged events of a case, oldest first."""
    lines = await read_order_history(work, case.campus_id, case.order_id)
    return [line for line in lines if line.subject == "case" and line.subject_id == str(case.id)]


def _case_from_row(row: RowMapping) -> Case:
    plain = {name: row[name] for name in Case.__slots__ if name not in _CONVERTED_FIELDS}
    return Case(kind=ProblemKind(row["kind"]), status=CaseStatus(row["status"]), **plain)


def rating_from_row(row: RowValues) -> Rating:
    return Rating(good=row["good"], reason=None if row["reason"] is None else RatingReason(row["reason"]))
