"""What a person has ordered lately, as the limits of people count it."""

from sqlalchemy import Select, func, select

from domain.campuses.tables import membership
from domain.database.unit_of_work import UnitOfWork
from domain.orders.states import ABANDONED_STATUSES, FINAL_ORDER_STATUSES
from domain.orders.tables import orders
from domain.risk.facts import DAY


async def count_open_orders(work: UnitOfWork, person_id: int, campus_id: int | None) -> int:
    """Count the person's orders that are not over, on this campus or (None) on all."""
    query = select(func.count()).where(
        orders.c.customer_id == person_id,
        orders.c.campus_id.in_(_campuses(person_id, campus_id)),
        orders.c.status.not_in(FINAL_ORDER_STATUSES),
    )
    return int((await work.connection.execute(query)).scalar_one())


async def sum_orders_of_day(work: UnitOfWork, person_id: int, campus_id: int | None, currency: str) -> int:
    """Return what the person's orders of the last 24 hours cost or may cost at most, in minor units.

    Orders that were cancelled or expired do not count.
    """
    cost = func.coalesce(orders.c.total, orders.c.ceiling)
    query = select(func.coalesce(func.sum(cost), 0)).where(
        orders.c.customer_id == person_id,
        orders.c.campus_id.in_(_campuses(person_id, campus_id)),
        orders.c.currency == currency,
        orders.c.placed_at > func.now() - DAY,
        orders.c.status.not_in(ABANDONED_STATUSES),
    )
    return int((await work.connection.execute(query)).scalar_one())


def _campuses(person_id: int, campus_id: int | None) -> Select[tuple[int]]:
    """Build the campuses to count on, by which the index of a customer's orders is used."""
    joined = select(membership.c.campus_id).where(membership.c.person_id == person_id)
    return joined if campus_id is None else joined.where(membership.c.campus_id == campus_id)
