"""The day of a campus: how far its orders came, how long claims took by the hour, and who delivers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from domain.campuses.tables import person
from domain.database.unit_of_work import UnitOfWork
from domain.orders.drafts.tables import draft
from domain.orders.tables import orders

DAY = timedelta(hours=24)
STAGES = {  # a stage of an order, and the time at which it was reached
    "placed": orders.c.placed_at,
    "money held": orders.c.created_at,
    "taken": orders.c.accepted_at,
    "bought": orders.c.bought_at,
    "delivered": orders.c.delivered_at,
    "paid": orders.c.completed_at,
}
MAX_RUNNERS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCount:
    """How many orders ended in this way."""

    status: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimHour:
    """The claims of an hour: how many, and half of them came within so many seconds of being offered."""

    begins_at: datetime
    claims: int
    median_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerDay:
    """What a runner did in a day, in minor units and seconds."""

    person_id: int
    first_name: str
    claimed: int
    delivered: int
    in_flight: int
    earned: int
    median_seconds: float | None  # from the claim to the hand-over


async def count_open_baskets(work: UnitOfWork, campus_id: int) -> int:
    """Count the baskets changed in 24 hours that are no order, or not yet: a placed one is an order soon after."""
    baskets = select(func.count()).where(draft.c.campus_id == campus_id, draft.c.changed_at > func.now() - DAY)
    return int((await work.connection.execute(baskets)).scalar_one())


async def read_funnel(work: UnitOfWork, campus_id: int) -> Mapping[str, int]:
    """Count the orders placed in 24 hours by the stages they reached."""
    reached = select(*(func.count(moment) for moment in STAGES.values())).where(
        orders.c.campus_id == campus_id, orders.c.placed_at > func.now() - DAY
    )
    counts = (await work.connection.execute(reached)).one()
    return dict(zip(STAGES, (int(count) for count in counts), strict=True))


async def read_ends(work: UnitOfWork, campus_id: int) -> Sequence[EndCount]:
    """Count the orders that ended in 24 hours without a delivery, by how and why."""
    recent = (orders.c.campus_id == campus_id, orders.c.ended_at.is_not(None), orders.c.ended_at > func.now() - DAY)
    reason = func.coalesce(orders.c.end_reason, "-")
    query = select(orders.c.status, reason, func.count()).where(*recent).group_by(orders.c.status, reason)
    rows = await work.connection.execute(query.order_by(func.count().desc()))
    return [EndCount(status=status.lower(), reason=why, count=count) for status, why, count in rows]


async def read_claim_hours(work: UnitOfWork, campus_id: int) -> Sequence[ClaimHour]:
    """Return the hours of the last day in which orders were claimed, the oldest first."""
    hour = func.date_trunc("hour", orders.c.accepted_at)
    seconds = func.extract("epoch", orders.c.accepted_at - orders.c.created_at)
    query = (
        select(hour, func.count(), func.percentile_cont(0.5).within_group(seconds))
        .where(
            orders.c.campus_id == campus_id,
            orders.c.placed_at > func.now() - DAY,
            orders.c.accepted_at.is_not(None),
            orders.c.created_at.is_not(None),
        )
        .group_by(hour)
        .order_by(hour)
    )
    rows = await work.connection.execute(query)
    return [ClaimHour(begins_at=at, claims=count, median_seconds=float(middle)) for at, count, middle in rows]


async def read_runners(work: UnitOfWork, campus_id: int) -> Sequence[RunnerDay]:
    """Return the runners who claimed an order that was placed in 24 hours, the busiest first."""
    seconds = func.extract("epoch", orders.c.delivered_at - orders.c.accepted_at)
    over = orders.c.delivered_at.is_not(None) | orders.c.ended_at.is_not(None)
    claimed = func.count()
    query = (
        select(
            orders.c.runner_id,
            func.max(person.c.first_name),
            claimed,
            func.count(orders.c.delivered_at),
            func.count().filter(~over),
            func.coalesce(func.sum(orders.c.runner_share - orders.c.receipt), 0),
            func.percentile_cont(0.5).within_group(seconds),
        )
        .join(person, person.c.id == orders.c.runner_id)
        .where(orders.c.campus_id == campus_id, orders.c.placed_at > func.now() - DAY, orders.c.runner_id.is_not(None))
        .group_by(orders.c.runner_id)
        .order_by(claimed.desc(), orders.c.runner_id)
        .limit(MAX_RUNNERS)
    )
    return [
        RunnerDay(
            person_id=number,
            first_name=name,
            claimed=count,
            delivered=delivered,
            in_flight=in_flight,
            earned=int(earned),
            median_seconds=None if middle is None else float(middle),
        )
        for number, name, count, delivered, in_flight, earned, middle in await work.connection.execute(query)
    ]
