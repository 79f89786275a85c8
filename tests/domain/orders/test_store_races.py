"""Races on a real Postgres: of any number of taps one guarded UPDATE decides, and the others are refused correctly."""

from datetime import timedelta

import pytest
from sqlalchemy import literal, select, update

from domain.campuses.people_repository import find_member
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.errors import (
    OrderAlreadyTaken,
    OrderClosed,
    TooManyDeliveries,
)
from domain.orders.repository import find_order
from domain.orders.tables import orders, timer
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import timer_due_at
from domain.orders.use_cases import ordering
from domain.payments.tables import hold
from tests.cases import case
from tests.stack.concurrent_taps import claim, count_outcomes, set_up_open_order
from tests.stack.store_setup import (
    CUSTOMER,
    FIRST_RUNNER,
    add_customer,
    found_campus,
    open_order,
)


async def test_one_runner_claiming_ten_orders_at_once_gets_as_many_as_allowed(database: UnitOfWorkFactory) -> None:
    """Covers A4."""
    async with database() as work:
        campus = await found_campus(work)
        jobs = [await open_order(work, campus, CUSTOMER + n) for n in range(10)]
    heard = await count_outcomes([claim(database, campus, job, FIRST_RUNNER) for job in jobs])
    assert heard == {"done": campus.open_jobs, TooManyDeliveries.__name__: 10 - campus.open_jobs}


async def test_placing_the_same_draft_twenty_times_makes_one_order(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        campus = await found_campus(work)
        order = await open_order(work, campus)
        again = (await ordering.reorder(work, campus, await add_customer(work, campus), order.id)).draft

    async def place() -> object:
        async with database() as work:
            member = await find_member(work, campus.id, CUSTOMER)
            ceiling = again.price(campus.fees).ceiling
            return await ordering.submit_order(work, campus, member, version=again.version, ceiling=ceiling)

    heard = await count_outcomes([place() for _ in range(20)])
    assert heard == {"done": 1, "Stale": 19}
    async with database() as work:
        assert len((await work.connection.execute(select(orders.c.id))).all()) == 2


async def test_a_losing_claim_gives_nothing_back(database: UnitOfWorkFactory) -> None:
    """In the original, the compensation of a losing claim unassigned the winner."""
    campus, order = await set_up_open_order(database)
    won = await claim(database, campus, order, FIRST_RUNNER)
    with pytest.raises(OrderAlreadyTaken):
        await claim(database, campus, order, FIRST_RUNNER + 1)
    async with database() as work:
        assert await find_order(work, campus.id, order.id) == won
        deadline = select(timer_due_at(literal(order.id), TimerKind.EXPIRE))
        assert (await work.connection.execute(deadline)).scalar_one() is None


@case(23)
@pytest.mark.parametrize("lost", ["the hold is gone", "the hold ends within the night", "the deadline has passed"])
async def test_an_order_whose_money_or_time_runs_out_is_not_claimable(database: UnitOfWorkFactory, lost: str) -> None:
    campus, order = await set_up_open_order(database)
    async with database() as work:
        changes = {
            "the hold is gone": update(hold).values(status="released"),
            "the hold ends within the night": update(hold).values(capture_before=work.now + timedelta(hours=11)),
            "the deadline has passed": update(timer).values(due_at=work.now),
        }
        await work.connection.execute(changes[lost])
    with pytest.raises(OrderClosed):
        await claim(database, campus, order, FIRST_RUNNER)
