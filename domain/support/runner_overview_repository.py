"""The runners of a campus as /runners shows them to an admin."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, func, select

from domain.campuses.people import RunnerStatus
from domain.campuses.tables import membership, person
from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import STATUSES_WITH_RUNNER, OrderStatus
from domain.orders.tables import orders
from domain.restrictions.repository import keeps_from_running

RECENT_WINDOW = timedelta(days=14)  # the text of /runners names this number


_LISTED_STATUSES = (RunnerStatus.ASKED, RunnerStatus.APPROVED, RunnerStatus.SUSPENDED)  # in this order


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSummary:
    """One runner: orders held now, orders completed within RECENT_WINDOW, and whether they can be paid."""

    person_id: int
    first_name: str
    status: RunnerStatus
    payouts_ready: bool
    holding: int
    completed: int
    restricted: bool = False  # something else keeps them from taking jobs, as /restrictions shows


async def list_runners(work: UnitOfWork, campus_id: int) -> Sequence[RunnerSummary]:
    """Return who asked to run, then approved runners, then suspended ones, each by name, in one query."""
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
            keeps_from_running(campus_id, membership.c.person_id).label("restricted"),
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
            restricted=row.restricted,
        )
        for row in await work.connection.execute(query)
    ]
