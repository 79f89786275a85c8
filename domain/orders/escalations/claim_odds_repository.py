"""How often orders that stayed unclaimed for a while were claimed later."""

from datetime import timedelta

from sqlalchemy import ColumnElement, Select, extract, func, or_, select

from domain.campuses.campus import Campus
from domain.database.tables import event_log
from domain.database.unit_of_work import UnitOfWork
from domain.orders.escalations.claim_odds import MIN_ORDERS_FOR_ODDS, ClaimOdds
from domain.orders.states import OrderEvent
from domain.orders.tables import orders

ODDS_LOOKBACK = timedelta(days=14)


async def count_claim_odds(work: UnitOfWork, campus: Campus) -> ClaimOdds:
    """Count the last two weeks of this campus: within an hour of this time of day, or the whole days if too few."""
    rows = (await work.connection.execute(_select_long_open_orders(work, campus))).all()
    near = [row.taken for row in rows if row.near]
    if len(near) >= MIN_ORDERS_FOR_ODDS:
        return ClaimOdds(waited=len(near), taken=sum(near), this_hour=True)
    return ClaimOdds(waited=len(rows), taken=sum(row.taken for row in rows), this_hour=False)


def _select_long_open_orders(work: UnitOfWork, campus: Campus) -> Select[bool, bool]:
    """Select a row for each order that stayed open for the window: was it taken later, was it opened near this hour.

    Orders that are still open do not count. Orders that the customer cancelled count as not taken: no runner came.
    """
    claimed = (
        select(func.min(event_log.c.at))
        .where(
            event_log.c.order_id == orders.c.id, event_log.c.subject == "order", event_log.c.event == OrderEvent.CLAIMED
        )
        .scalar_subquery()
    )
    long_after = orders.c.created_at + campus.windows.length("odds")
    waited = (
        orders.c.campus_id == campus.id,
        orders.c.created_at > work.now - ODDS_LOOKBACK,
        func.coalesce(orders.c.accepted_at, orders.c.ended_at) > long_after,  # a cheap filter, before the subquery
        func.coalesce(claimed, orders.c.ended_at) > long_after,  # the first claim counts, not that of a second runner
    )
    taken = claimed.is_not(None)
    return select(taken.label("taken"), _is_near_this_hour(work, campus, orders.c.created_at).label("near")).where(
        *waited
    )


def _is_near_this_hour(work: UnitOfWork, campus: Campus, opened: ColumnElement[object]) -> ColumnElement[bool]:
    """Whether the order was opened within an hour of this hour on the campus' clock, also over midnight."""
    hour_now = work.now.astimezone(campus.zone).hour
    hours_since = (extract("hour", func.timezone(campus.time_zone, opened)) - hour_now + 24) % 24
    return or_(hours_since <= 1, hours_since == 23)
