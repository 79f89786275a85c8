"""Reviews in Postgres: opened once for an order, listed while its pay is open, and decided once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.database.actors import Actor, Role
from domain.database.event_log_repository import log_event
from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.orders.sagas.pay_delay import PayDelay
from domain.orders.tables import orders
from domain.payouts.model import PayoutStatus
from domain.payouts.tables import payable
from domain.risk.verdicts import PayReason
from domain.screening.review import Review, ReviewedOrder
from domain.screening.tables import review


def has_open_review() -> ColumnElement[bool]:
    """Build the condition that nobody has decided yet about this payable."""
    return exists().where(review.c.order_id == payable.c.order_id, review.c.decided_at.is_(None))


async def open_review(work: UnitOfWork, campus_id: int, order_id: int, reason: PayReason) -> None:
    """Open the review of an order; an order has at most one."""
    values = {"campus_id": campus_id, "order_id": order_id, "reason": reason}
    await work.connection.execute(insert(review).values(values))


async def reopen_review(work: UnitOfWork, campus_id: int, order_id: int, reason: PayReason) -> None:
    """Open the review of an order for this reason; one that was decided before is to be decided anew."""
    values = {"campus_id": campus_id, "order_id": order_id, "reason": reason}
    anew = {"reason": reason, "opened_at": func.now(), "decided_at": None, "decided_by": None}
    made = upsert(review).values(values).on_conflict_do_update(index_elements=["order_id"], set_=anew)
    await work.connection.execute(made)


async def list_open_reviews(work: UnitOfWork, campus_id: int, limit: int) -> Sequence[Review]:
    """Return the open reviews of a campus whose pay is still due, oldest first."""
    query = _open_reviews().where(review.c.campus_id == campus_id).order_by(review.c.id).limit(limit)
    return [_review_from(row) for row in (await work.connection.execute(query)).mappings()]


async def find_open_review(work: UnitOfWork, order_id: int) -> Review | None:
    """Return the open review of this order, if its pay is still due."""
    row = (await work.connection.execute(_open_reviews().where(review.c.order_id == order_id))).mappings().one_or_none()
    return None if row is None else _review_from(row)


def _open_reviews() -> Select[Any]:
    due = payable.c.amount - payable.c.withheld - payable.c.sent - payable.c.netted
    joined = review.join(orders, orders.c.id == review.c.order_id).join(payable, payable.c.order_id == orders.c.id)
    columns = (review.c.order_id, orders.c.customer_id, orders.c.runner_id, review.c.reason, review.c.opened_at)
    query = select(*columns, due.label("due"), payable.c.currency).select_from(joined)
    return query.where(review.c.decided_at.is_(None), payable.c.status == PayoutStatus.OPEN)


def _review_from(row: RowValues) -> Review:
    return Review(**{**row, "reason": PayReason(row["reason"])})


async def find_reviewed_order(work: UnitOfWork, campus_id: int, order_id: int) -> ReviewedOrder | None:
    """Return the order of this campus whose pay was held for a review, decided or not; None when it never was."""
    joined = review.join(orders, orders.c.id == review.c.order_id).join(payable, payable.c.order_id == orders.c.id)
    columns = (review.c.order_id, orders.c.customer_id, orders.c.runner_id, review.c.reason, payable.c.currency)
    is_open = and_(review.c.decided_at.is_(None), payable.c.status == PayoutStatus.OPEN)
    query = select(
        *columns, payable.c.amount.label("share"), is_open.label("waits"), review.c.decided_by.label("released_by")
    )
    this = query.select_from(joined).where(review.c.order_id == order_id, review.c.campus_id == campus_id)
    row = (await work.connection.execute(this)).mappings().one_or_none()
    return None if row is None else ReviewedOrder(**{**row, "reason": PayReason(row["reason"])})


async def decide_review(work: UnitOfWork, campus_id: int, order_id: int, admin_id: int) -> bool:
    """Let the pay go from now on, record who did it, and log it. Return False when somebody was faster.

    The caller has locked the payable and knows that it is open.
    """
    is_open = (review.c.order_id == order_id, review.c.decided_at.is_(None))
    decided = update(review).where(*is_open).values(decided_at=func.now(), decided_by=admin_id)
    if (await work.connection.execute(decided)).rowcount == 0:
        return False
    held = update(payable).where(payable.c.order_id == order_id, payable.c.held_for == PayDelay.REVIEW)
    await work.connection.execute(held.values(held_until=func.greatest(func.now(), payable.c.held_until)))
    await log_decision(work, campus_id, order_id, admin_id, "released")
    return True


async def log_decision(
    work: UnitOfWork, campus_id: int, order_id: int, admin_id: int, happened: str, why: str | None = None
) -> None:
    """Write what an admin decided about a reviewed order into its event log."""
    await log_event(
        work,
        Actor(role=Role.ADMIN, person_id=admin_id),
        campus_id=campus_id,
        order_id=order_id,
        subject="review",
        subject_id=order_id,
        happened=happened,
        reason=why,
    )
