"""Whether a person may order at all, and so much: their restrictions, and what they owe."""

from collections.abc import Sequence

from domain.campuses.campus import Campus
from domain.database.unit_of_work import UnitOfWork
from domain.money import format_money
from domain.orders.drafts.order_totals_repository import count_open_orders, sum_orders_of_day
from domain.orders.order_payments import OrderPayments
from domain.restrictions.errors import OrderLimitReached
from domain.restrictions.guard import require_not_barred
from domain.restrictions.model import Restriction, RestrictionReason, describe_to_person


async def require_may_order(work: UnitOfWork, campus: Campus, person_id: int) -> Sequence[Restriction]:
    """Return the limits of a person who may order.

    Raise PersonBarred while the person is barred, DebtOutstanding while an earlier order is not paid.
    """
    state = await require_not_barred(work, campus, person_id)
    await work.registers.get(OrderPayments).require_no_debt(work, campus.id, person_id)
    return state.limits


async def require_may_pay_more(work: UnitOfWork, campus: Campus, person_id: int, more: int) -> None:
    """Raise PersonBarred or OrderLimitReached when an order may not cost `more` minor units than it does.

    A small order would become as large as a barred or limited person likes.
    """
    state = await require_not_barred(work, campus, person_id)
    for limit in state.limits:
        await _require_within_sum(work, campus, person_id, more, limit)


async def require_within_limits(
    work: UnitOfWork, campus: Campus, person_id: int, ceiling: int, limits: Sequence[Restriction]
) -> None:
    """Raise OrderLimitReached when an order with this ceiling (minor units) is above one of the person's limits.

    A sum limits orders in its own currency. A limit for money counts the orders of all campuses.
    """
    for limit in limits:
        most = limit.terms.open_orders
        if most is not None and await count_open_orders(work, person_id, _counted_on(limit)) >= most:
            raise _refusal(campus, limit, counts="orders", most=most)
        await _require_within_sum(work, campus, person_id, ceiling, limit)


async def _require_within_sum(work: UnitOfWork, campus: Campus, person_id: int, more: int, limit: Restriction) -> None:
    daily = limit.terms.daily_sum
    if daily is None or limit.terms.currency != campus.currency:
        return
    if await sum_orders_of_day(work, person_id, _counted_on(limit), campus.currency) + more > daily:
        raise _refusal(campus, limit, counts="money", daily=format_money(daily, campus.currency))


def _counted_on(limit: Restriction) -> int | None:
    """Return the campus whose orders count; None for all."""
    return None if limit.terms.reason is RestrictionReason.MONEY else limit.campus_id


def _refusal(campus: Campus, limit: Restriction, *, counts: str, most: int = 0, daily: str = "-") -> OrderLimitReached:
    refusal = OrderLimitReached(**describe_to_person(campus, limit), counts=counts, most=most, daily=daily)
    refusal.restriction_id = limit.id
    return refusal
