"""Races on a real Postgres: of any number of taps one guarded UPDATE decides, and the others are refused correctly."""

from datetime import timedelta

import pytest
from sqlalchemy import literal, select, update

from domain.campuses.people import RunnerStatus
from domain.campuses.people_repository import change_runner_status, find_member
from domain.database.actors import SYSTEM
from domain.database.event_log_repository import read_order_history
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.errors import (
    BarredFromOrder,
    OrderAlreadyTaken,
    OrderAlreadyYours,
    OrderClosed,
    OwnOrder,
    RunnerNotApproved,
    TooManyDeliveries,
)
from domain.orders.repository import find_order
from domain.orders.states import OrderStatus
from domain.orders.tables import barred_runner, orders, timer
from domain.orders.timers.model import TimerKind
from domain.orders.timers.repository import timer_due_at
from domain.orders.use_cases import ordering, running
from domain.payments.tables import hold
from tests.cases import case
from tests.stack.concurrent_taps import claim, count_outcomes, expire, set_up_open_order
from tests.stack.store_setup import (
    CUSTOMER,
    FIRST_RUNNER,
    add_customer,
    found_campus,
    open_order,
)

RUNNER_COUNT = 50


async def test_s2_of_fifty_claims_at_once_one_guarded_update_lets_one_through(database: UnitOfWorkFactory) -> None:
    campus, order = await set_up_open_order(database, runners=RUNNER_COUNT)
    taps = [claim(database, campus, order, FIRST_RUNNER + n) for n in range(RUNNER_COUNT)]
    assert await count_outcomes(taps) == {"done": 1, OrderAlreadyTaken.__name__: RUNNER_COUNT - 1}
    async with database() as work:
        taken = await find_order(work, campus.id, order.id)
        claims = [line for line in await read_order_history(work, campus.id, order.id) if line.event == "claimed"]
    assert taken.status is OrderStatus.ACCEPTED
    assert [line.actor.person_id for line in claims] == [taken.runner_id]


async def test_one_runner_tapping_twenty_times_has_it_once(database: UnitOfWorkFactory) -> None:
    campus, order = await set_up_open_order(database)
    heard = await count_outcomes([claim(database, campus, order, FIRST_RUNNER) for _ in range(20)])
    assert heard["done"] == 1
    assert set(heard) <= {"done", OrderAlreadyYours.__name__, "Stale"}


async def test_one_runner_claiming_ten_orders_at_once_gets_as_many_as_allowed(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        campus = await found_campus(work)
        jobs = [await open_order(work, campus, CUSTOMER + n) for n in range(10)]
    heard = await count_outcomes([claim(database, campus, job, FIRST_RUNNER) for job in jobs])
    assert heard == {"done": campus.open_jobs, TooManyDeliveries.__name__: 10 - campus.open_jobs}


async def test_a_timer_fires_once_however_many_sweep(database: UnitOfWorkFactory) -> None:
    campus, order = await set_up_open_order(database)
    async with database() as work:
        await work.connection.execute(update(timer).values(due_at=work.now))
    await count_outcomes([expire(database, campus, order) for _ in range(10)])
    async with database() as work:
        assert (await find_order(work, campus.id, order.id)).status is OrderStatus.EXPIRED
        lines = [line.event for line in await read_order_history(work, campus.id, order.id) if line.subject == "order"]
    assert lines.count("expired") == 1


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


async def test_nobody_delivers_to_themselves(database: UnitOfWorkFactory) -> None:
    campus, _ = await set_up_open_order(database)
    async with database() as work:
        own = await open_order(work, campus, FIRST_RUNNER)
    with pytest.raises(OwnOrder):
        await claim(database, campus, own, FIRST_RUNNER)


async def test_a_runner_who_was_suspended_a_moment_ago_takes_nothing(database: UnitOfWorkFactory) -> None:
    campus, order = await set_up_open_order(database)
    async with database() as work:
        runner = await find_member(work, campus.id, FIRST_RUNNER)
        before, after = RunnerStatus.APPROVED, RunnerStatus.SUSPENDED
        assert await change_runner_status(work, SYSTEM, campus.id, runner.person_id, before=before, after=after)
    async with database() as work:
        with pytest.raises(RunnerNotApproved):
            await running.start_claim(work, campus, runner, order.id)  # as read before the suspension


async def test_a_runner_who_gave_an_order_back_does_not_get_it_again(database: UnitOfWorkFactory) -> None:
    campus, order = await set_up_open_order(database)
    await claim(database, campus, order, FIRST_RUNNER)
    async with database() as work:
        await running.start_release(work, campus, await find_member(work, campus.id, FIRST_RUNNER), order.id)
        assert (await work.connection.execute(select(barred_runner.c.person_id))).scalars().all() == [FIRST_RUNNER]
    with pytest.raises(BarredFromOrder):
        await claim(database, campus, order, FIRST_RUNNER)
    assert (await claim(database, campus, order, FIRST_RUNNER + 1)).runner_id == FIRST_RUNNER + 1


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
