"""Reviews in Postgres: opened once for an order, listed while its pay is open, and decided once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.database.rows import RowValues
from domain.database.unit_of_work import UnitOfWork
from domain.orders.sagas.pay_delay import PayDelay
from domain.orders.tables import orders
from domain.payouts.model import PayoutStatus
from domain.payouts.tables import payable
from domain.risk.verdicts import PayReason
from domain.screening.review import Review
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


async def decide_review(work: UnitOfWork, order_id: int, admin_id: int) -> bool:
    """Let the pay go from now on, and record who did it. Return False when somebody was faster, or nothing waits."""
    is_open = (review.c.order_id == order_id, review.c.decided_at.is_(None))
    decided = update(review).where(*is_open).values(decided_at=func.now(), decided_by=admin_id)
    if (await work.connection.execute(decided)).rowcount == 0:
        return False
    held = update(payable).where(payable.c.order_id == order_id, payable.c.held_for == PayDelay.REVIEW)
    await work.connection.execute(held.values(held_until=func.greatest(func.now(), payable.c.held_until)))
    return True
