"""The runners of a campus as an admin looks at them: one query, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, func, select

from domain.order import STATUSES_WITH_RUNNER, OrderStatus
from domain.people import RunnerStatus
from domain.store.schema import membership, notification, orders, person
from domain.store.unit_of_work import UnitOfWork

RECENT_WINDOW = timedelta(days=14)  # /runners says so in words
_LISTED_STATUSES = (RunnerStatus.ASKED, RunnerStatus.APPROVED, RunnerStatus.SUSPENDED)  # in this order


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSummary:
    """One runner: jobs she holds now, those she completed lately, and whether she can be paid."""

    person_id: int
    first_name: str
    status: RunnerStatus
    payouts_ready: bool
    holding: int
    completed: int


async def list_runners(work: UnitOfWork, campus_id: int) -> Sequence[RunnerSummary]:
    """Who asks first, then who runs, then who is suspended; by name."""
    holding = func.count().filter(orders.c.status.in_(STATUSES_WITH_RUNNER))
    lately = (orders.c.status == OrderStatus.COMPLETED) & (orders.c.completed_at > work.now - RECENT_WINDOW)
    rank = case({status: place for place, status in enumerate(_LISTED_STATUSES)}, value=membership.c.runner_status)
    query = (
        select(
            membership.c.person_id,
            person.c.first_name,
            membership.c.runner_status,
            person.c.payouts_ready,
            holding.label("holding"),
            func.count().filter(lately).label("completed"),
        )
        .join(person, person.c.id == membership.c.person_id)
        .outerjoin(
            orders,
            (orders.c.campus_id == membership.c.campus_id) & (orders.c.runner_id == membership.c.person_id),
        )
        .where(membership.c.campus_id == campus_id, membership.c.runner_status.in_(_LISTED_STATUSES))
        .group_by(membership.c.person_id, membership.c.runner_status, person.c.id)
        .order_by(rank, person.c.first_name, membership.c.person_id)
    )
    return [
        RunnerSummary(
            person_id=row.person_id,
            first_name=row.first_name,
            status=RunnerStatus(row.runner_status),
            payouts_ready=row.payouts_ready,
            holding=row.holding,
            completed=row.completed,
        )
        for row in await work.connection.execute(query)
    ]


async def find_runner_of_message(work: UnitOfWork, campus_id: int, chat_id: int, message_id: int) -> int | None:
    """Who runs, or ran, the order that a message of the bot in this chat tells of; None when it tells of none."""
    query = (
        select(orders.c.runner_id)
        .join(notification, notification.c.order_id == orders.c.id)
        .where(
            notification.c.chat_id == chat_id, notification.c.message_id == message_id, orders.c.campus_id == campus_id
        )
    )
    found: int | None = (await work.connection.execute(query)).scalars().first()
    return found
