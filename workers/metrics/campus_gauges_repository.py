"""What the database knows of the day of each campus: how far orders came, how long it took, and who delivers."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Float, Table, case, cast, func, literal_column, or_, select

from domain.campuses.tables import campus
from domain.database.literal_status import literal_status
from domain.database.unit_of_work import UnitOfWork
from domain.orders.drafts.tables import draft
from domain.orders.states import OPEN_ORDER_STATUSES
from domain.orders.tables import orders
from domain.screening.tables import review
from domain.support.feedback import CaseStatus
from domain.support.tables import problem_case
from workers.metrics.database_gauge import DatabaseGauge, Reading

DAY = timedelta(hours=24)
WEEK = timedelta(days=7)
QUANTILES = (0.5, 0.9)
TOP_SHARE = 0.1  # of the runners
REACHED = {  # a stage of an order: the time at which it was reached
    "placed": orders.c.placed_at,
    "held": orders.c.created_at,
    "claimed": orders.c.accepted_at,
    "bought": orders.c.bought_at,
    "delivered": orders.c.delivered_at,
    "paid": orders.c.completed_at,
}
NOT_TOLD = "none"  # the label of an end without a reason


async def read_funnel(work: UnitOfWork) -> Sequence[Reading]:
    """Count the baskets changed and the orders placed in 24 hours, by the stages they reached."""
    drafts = (
        select(campus.c.name, func.count(draft.c.person_id))
        .select_from(campus)
        .join(draft, (draft.c.campus_id == campus.c.id) & (draft.c.changed_at > func.now() - DAY), isouter=True)
        .group_by(campus.c.name)
    )
    reached = (func.count(moment) for moment in REACHED.values())
    placed = (
        select(campus.c.name, *reached)
        .select_from(campus)
        .join(orders, (orders.c.campus_id == campus.c.id) & (orders.c.placed_at > func.now() - DAY), isouter=True)
        .group_by(campus.c.name)
    )
    found = [((name, "draft"), float(count)) for name, count in await work.connection.execute(drafts)]
    for name, *counts in await work.connection.execute(placed):
        found += [((name, stage), float(count)) for stage, count in zip(REACHED, counts, strict=True)]
    return found


async def read_ends(work: UnitOfWork) -> Sequence[Reading]:
    """Count the orders that ended without a delivery in 24 hours, by status and reason."""
    reason = func.coalesce(orders.c.end_reason, NOT_TOLD)
    query = (
        select(campus.c.name, orders.c.status, reason, func.count())
        .select_from(orders)
        .join(campus, campus.c.id == orders.c.campus_id)
        .where(orders.c.ended_at.is_not(None), orders.c.ended_at > func.now() - DAY)
        .group_by(campus.c.name, orders.c.status, reason)
    )
    rows = await work.connection.execute(query)
    return [((name, status.lower(), why), float(count)) for name, status, why, count in rows]


async def read_claim_times(work: UnitOfWork) -> Sequence[Reading]:
    return await _read_times(work, orders.c.accepted_at - orders.c.created_at)


async def read_delivery_times(work: UnitOfWork) -> Sequence[Reading]:
    return await _read_times(work, orders.c.delivered_at - orders.c.accepted_at)


async def _read_times(work: UnitOfWork, taken: ColumnElement[timedelta]) -> Sequence[Reading]:
    """Return quantiles of the seconds that this took for the orders placed in 24 hours; none without an order."""
    seconds = func.extract("epoch", taken)
    quantiles = (func.percentile_cont(each).within_group(seconds) for each in QUANTILES)
    query = (
        select(campus.c.name, *quantiles)
        .select_from(orders)
        .join(campus, campus.c.id == orders.c.campus_id)
        .where(orders.c.placed_at > func.now() - DAY, taken.is_not(None))
        .group_by(campus.c.name)
    )
    found: list[Reading] = []
    for name, *values in await work.connection.execute(query):
        found += [((name, f"{part:g}"), float(value)) for part, value in zip(QUANTILES, values, strict=True)]
    return found


async def read_open_orders(work: UnitOfWork) -> Sequence[Reading]:
    is_open = orders.c.completed_at.is_(None) & orders.c.ended_at.is_(None)
    query = (
        select(campus.c.name, orders.c.status, func.count())
        .select_from(orders)
        .join(campus, campus.c.id == orders.c.campus_id)
        .where(is_open)
        .group_by(campus.c.name, orders.c.status)
    )
    found = {(name, status): count for name, status, count in await work.connection.execute(query)}
    names = list((await work.connection.execute(select(campus.c.name))).scalars())
    statuses = sorted(OPEN_ORDER_STATUSES)
    return [((name, each.lower()), float(found.get((name, each), 0))) for name in names for each in statuses]


async def read_active_runners(work: UnitOfWork) -> Sequence[Reading]:
    query = (
        select(campus.c.name, func.count(orders.c.runner_id.distinct()))
        .select_from(campus)
        .join(orders, (orders.c.campus_id == campus.c.id) & (orders.c.placed_at > func.now() - DAY), isouter=True)
        .group_by(campus.c.name)
    )
    return [((name,), float(count)) for name, count in await work.connection.execute(query)]


async def read_top_share(work: UnitOfWork) -> Sequence[Reading]:
    """Return which part of the deliveries of a week the busiest tenth of the runners made; none without one."""
    by_runner = (
        select(orders.c.campus_id, func.count().label("made"))
        .where(orders.c.completed_at.is_not(None), orders.c.completed_at > func.now() - WEEK)
        .group_by(orders.c.campus_id, orders.c.runner_id)
        .subquery()
    )
    ranks = select(
        by_runner.c.campus_id,
        by_runner.c.made,
        func.row_number().over(partition_by=by_runner.c.campus_id, order_by=by_runner.c.made.desc()).label("place"),
        func.count().over(partition_by=by_runner.c.campus_id).label("runners"),
    ).subquery()
    is_top = ranks.c.place <= func.ceil(ranks.c.runners * literal_column(str(TOP_SHARE)))
    share = cast(func.sum(case((is_top, ranks.c.made), else_=0)), Float) / func.sum(ranks.c.made)
    query = select(campus.c.name, share).join(ranks, ranks.c.campus_id == campus.c.id).group_by(campus.c.name)
    return [((name,), float(value)) for name, value in await work.connection.execute(query)]


async def read_taking_orders(work: UnitOfWork) -> Sequence[Reading]:
    lost = or_(campus.c.runner_group.is_(None), campus.c.runner_group_lost.is_not(None))
    query = select(campus.c.name, case((campus.c.paused | lost, 0), else_=1))
    return [((name,), float(value)) for name, value in await work.connection.execute(query)]


async def read_lost_groups(work: UnitOfWork) -> Sequence[Reading]:
    query = select(campus.c.name, campus.c.runner_group_lost, campus.c.admin_chat_lost)
    found: list[Reading] = []
    for name, runners, admins in await work.connection.execute(query):
        found += [((name, "runners"), float(runners is not None)), ((name, "admins"), float(admins is not None))]
    return found


async def read_open_cases(work: UnitOfWork) -> Sequence[Reading]:
    return await _count_by_campus(work, problem_case, problem_case.c.status == literal_status(CaseStatus.OPEN))


async def read_open_reviews(work: UnitOfWork) -> Sequence[Reading]:
    return await _count_by_campus(work, review, review.c.decided_at.is_(None))


async def _count_by_campus(work: UnitOfWork, rows: Table, condition: ColumnElement[bool]) -> Sequence[Reading]:
    query = (
        select(campus.c.name, func.count(rows.c.id))
        .select_from(campus)
        .join(rows, (rows.c.campus_id == campus.c.id) & condition, isouter=True)
        .group_by(campus.c.name)
    )
    return [((name,), float(count)) for name, count in await work.connection.execute(query)]


_CAMPUS = ("campus",)

CAMPUS_GAUGES = (
    DatabaseGauge(
        name="orders_reached_24h",
        description="Orders placed in 24 hours, and baskets, by the stages they reached",
        labels=("campus", "stage"),
        read=read_funnel,
    ),
    DatabaseGauge(
        name="orders_dropped_24h",
        description="Orders that ended in 24 hours without a delivery",
        labels=("campus", "status", "reason"),
        read=read_ends,
    ),
    DatabaseGauge(name="orders_open", description="Open orders", labels=("campus", "status"), read=read_open_orders),
    DatabaseGauge(
        name="time_to_claim_24h_seconds",
        description="From publishing to the claim",
        labels=("campus", "quantile"),
        read=read_claim_times,
    ),
    DatabaseGauge(
        name="time_to_deliver_24h_seconds",
        description="From the claim to the hand-over",
        labels=("campus", "quantile"),
        read=read_delivery_times,
    ),
    DatabaseGauge(
        name="runners_active_24h",
        description="Runners who claimed an order that was placed in 24 hours",
        labels=_CAMPUS,
        read=read_active_runners,
    ),
    DatabaseGauge(
        name="deliveries_top_tenth_7d_ratio",
        description="Part of the deliveries that the busiest tenth of the runners made",
        labels=_CAMPUS,
        read=read_top_share,
    ),
    DatabaseGauge(
        name="campus_taking_orders",
        description="1 while a campus takes orders; 0 when paused, or without a runner group",
        labels=_CAMPUS,
        read=read_taking_orders,
    ),
    DatabaseGauge(
        name="group_lost",
        description="1 while the bot may not write in a group",
        labels=("campus", "group"),
        read=read_lost_groups,
    ),
    DatabaseGauge(name="cases_open", description="Problems that nobody closed", labels=_CAMPUS, read=read_open_cases),
    DatabaseGauge(
        name="reviews_open", description="Pay that waits for an admin", labels=_CAMPUS, read=read_open_reviews
    ),
)
