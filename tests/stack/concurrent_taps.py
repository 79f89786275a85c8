"""Taps as the bot and the sweeper make them, many at once, and counts of their outcomes."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence

from sqlalchemy import text

from domain.campuses.campus import Campus
from domain.campuses.people_repository import find_member
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.errors import CampusGError
from domain.orders.states import Order
from domain.orders.timers.repository import fire_due_timers
from domain.orders.use_cases import ordering, running
from domain.saga.run import SagaStart
from domain.saga.start import start_saga
from tests.stack.store_setup import found_campus, open_order

EXPIRE_NOW_SQL = (  # locks the order first, as everything else does
    "WITH held AS (SELECT id FROM orders WHERE id = :id FOR NO KEY UPDATE) UPDATE timer SET due_at = now()"
    " WHERE order_id IN (SELECT id FROM held) AND status = 'set' AND kind = 'expire'"
)


async def set_up_open_order(database: UnitOfWorkFactory, *, runners: int = 2) -> tuple[Campus, Order]:
    """Found a campus with this many runners and one open order."""
    async with database() as work:
        campus = await found_campus(work, runners=runners)
        return campus, await open_order(work, campus)


async def claim(database: UnitOfWorkFactory, campus: Campus, order: Order, runner: int) -> Order:
    """Claim an order, as the bot does it for one tap of [Claim]."""
    async with database() as work:
        return await running.start_claim(work, campus, await find_member(work, campus.id, runner), order.id)


async def cancel(database: UnitOfWorkFactory, campus: Campus, order: Order) -> Order:
    """Cancel an order, as the bot does it for the customer's tap of [Cancel]."""
    async with database() as work:
        member = await find_member(work, campus.id, order.customer_id)
        return await ordering.cancel_own_order(work, campus, member, order.id)


async def expire(database: UnitOfWorkFactory, campus: Campus, order: Order) -> None:
    """Fire due timers as the sweeper does, and start the sagas that end the orders."""
    async with database() as work:
        for due in await fire_due_timers(work, 10):
            start = SagaStart(
                kind="expire_order", name=f"expire_order:{due.id}", campus_id=campus.id, order_id=due.order_id
            )
            await start_saga(work, start)


async def let_deadline_pass(database: UnitOfWorkFactory, campus: Campus, order: Order) -> None:
    """Let the deadline of an order come now, as time does, and fire due timers."""
    async with database() as work:
        await work.connection.execute(text(EXPIRE_NOW_SQL), {"id": order.id})
    await expire(database, campus, order)


async def count_outcomes(taps: Sequence[Awaitable[object]]) -> Counter[str]:
    """Count the taps that succeeded and those refused, by the refusal; raise any other error."""
    answers = await asyncio.gather(*taps, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, CampusGError):
            raise answer
    return Counter(type(answer).__name__ if isinstance(answer, CampusGError) else "done" for answer in answers)
