"""How orders fare that nobody took at first: counted, and said only where there is enough to count."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, extract, func, or_, select

from domain.campus import Campus
from domain.order import OrderEvent
from domain.store.schema import event_log, orders
from domain.store.unit_of_work import UnitOfWork

ODDS_LOOKBACK = timedelta(days=14)
MIN_ORDERS_FOR_ODDS = 8  # orders; of fewer nothing is said


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOdds:
    """Of `waited` orders that were still open as long as this one, `taken` found a runner later."""

    waited: int
    taken: int
    this_hour: bool  # counted at about this hour of the day, or over whole days

    @property
    def sentence(self) -> tuple[str, dict[str, str | int]]:
        """The key that says so, and its numbers."""
        if self.waited < MIN_ORDERS_FOR_ODDS:
            return "notification-odds-unknown", {}
        key = "notification-odds-hour" if self.this_hour else "notification-odds-day"
        return key, {"waited": self.waited, "taken": self.taken}


async def count_claim_odds(work: UnitOfWork, campus: Campus) -> ClaimOdds:
    """The last two weeks of this campus at this hour, the one before and the one after; else at any hour."""
    rows = (await work.connection.execute(_select_long_open_orders(work, campus))).all()
    near = [row.taken for row in rows if row.near]
    if len(near) >= MIN_ORDERS_FOR_ODDS:
        return ClaimOdds(waited=len(near), taken=sum(near), this_hour=True)
    return ClaimOdds(waited=len(rows), taken=sum(row.taken for row in rows), this_hour=False)


def _select_long_open_orders(work: UnitOfWork, campus: Campus) -> Select[bool, bool]:
    """A row for each order that was open for the window: was it taken later, and was it opened at about this hour.

    Those whose end is not known yet count nowhere; those their customers cancelled count as not taken: nobody came.
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
        func.coalesce(orders.c.accepted_at, orders.c.ended_at) > long_after,  # most fall out here, cheaply
        func.coalesce(claimed, orders.c.ended_at) > long_after,  # the first claim counts, not that of a second runner
    )
    taken = claimed.is_not(None)
    return select(taken.label("taken"), _is_near_this_hour(work, campus, orders.c.created_at).label("near")).where(
        *waited
    )


def _is_near_this_hour(work: UnitOfWork, campus: Campus, opened: ColumnElement[object]) -> ColumnElement[bool]:
    """Within an hour of this hour on the campus' clock, also over midnight."""
    apart = (extract("hour", func.timezone(campus.time_zone, opened)) - work.now.astimezone(campus.zone).hour + 24) % 24
    return or_(apart <= 1, apart == 23)
