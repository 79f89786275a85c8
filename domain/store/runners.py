"""The runners of a campus as an admin looks at them: one query, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, func, select

from domain.order import WITH_RUNNER, OrderStatus
from domain.people import RunnerStatus
from domain.store.schema import membership, orders, person, push
from domain.store.unit_of_work import UnitOfWork

LATELY = timedelta(days=14)  # /runners says so in words
_SHOWN = (RunnerStatus.ASKED, RunnerStatus.APPROVED, RunnerStatus.SUSPENDED)  # in this order


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerLine:
    """One runner: jobs she holds now, those she completed lately, and whether she can be paid."""

    person_id: int
    first_name: str
    status: RunnerStatus
    payouts_ready: bool
    holding: int
    completed: int


async def all_runners(work: UnitOfWork, campus_id: int) -> Sequence[RunnerLine]:
    """Who asks first, then who runs, then who is suspended; by name."""
    holding = func.count().filter(orders.c.status.in_(WITH_RUNNER))
    lately = (orders.c.status == OrderStatus.COMPLETED) & (orders.c.completed_at > work.now - LATELY)
    rank = case({status: place for place, status in enumerate(_SHOWN)}, value=membership.c.runner_status)
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
        .where(membership.c.campus_id == campus_id, membership.c.runner_status.in_(_SHOWN))
        .group_by(membership.c.person_id, membership.c.runner_status, person.c.id)
        .order_by(rank, person.c.first_name, membership.c.person_id)
    )
    return [
        RunnerLine(
            person_id=row.person_id,
            first_name=row.first_name,
            status=RunnerStatus(row.runner_status),
            payouts_ready=row.payouts_ready,
            holding=row.holding,
            completed=row.completed,
        )
        for row in await work.connection.execute(query)
    ]


async def runner_behind(work: UnitOfWork, campus_id: int, chat_id: int, message_id: int) -> int | None:
    """Who runs, or ran, the order that a message of the bot in this chat tells of; None when it tells of none."""
    query = (
        select(orders.c.runner_id)
        .join(push, push.c.order_id == orders.c.id)
        .where(push.c.chat_id == chat_id, push.c.message_id == message_id, orders.c.campus_id == campus_id)
    )
    found: int | None = (await work.connection.execute(query)).scalars().first()
    return found
