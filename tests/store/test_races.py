"""Races on real Postgres: however many tap at once, one guarded UPDATE decides, and everybody hears the truth."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import literal, select, update

from domain.errors import (
    BarredFromOrder,
    OrderAlreadyTaken,
    OrderAlreadyYours,
    OrderClosed,
    OwnOrder,
    RunnerNotApproved,
    TooManyJobs,
)
from domain.order import OrderStatus
from domain.people import RunnerStatus
from domain.store.events import SYSTEM, history
from domain.store.orders import find_order
from domain.store.people import change_runner, find_member
from domain.store.schema import barred, hold, orders, timer
from domain.store.timers import due_at_of
from domain.store.unit_of_work import Database
from domain.store.use_cases import ordering, running
from domain.timers import TimerKind
from tests.store.crowd import claim, expire, outcomes, prepare
from tests.store.scenes import CUSTOMER, FIRST_RUNNER, customer_of, found_campus, open_job, opened

CROWD = 50


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, size=CROWD) as database:
        yield database


async def test_s2_of_fifty_claims_at_once_one_guarded_update_lets_one_through(database: Database) -> None:
    campus, order = await prepare(database, runners=CROWD)
    taps = [claim(database, campus, order, FIRST_RUNNER + n) for n in range(CROWD)]
    assert await outcomes(taps) == {"done": 1, OrderAlreadyTaken.__name__: CROWD - 1}
    async with database() as work:
        taken = await find_order(work, campus.id, order.id)
        claims = [line for line in await history(work, campus.id, order.id) if line.event == "claimed"]
    assert taken.status is OrderStatus.ACCEPTED
    assert [line.actor.person_id for line in claims] == [taken.runner_id]


async def test_one_runner_tapping_twenty_times_has_it_once(database: Database) -> None:
    campus, order = await prepare(database)
    heard = await outcomes([claim(database, campus, order, FIRST_RUNNER) for _ in range(20)])
    assert heard["done"] == 1
    assert set(heard) <= {"done", OrderAlreadyYours.__name__, "Stale"}


async def test_one_runner_taking_ten_jobs_at_once_gets_as_many_as_she_may_hold(database: Database) -> None:
    async with database() as work:
        campus = await found_campus(work)
        jobs = [await open_job(work, campus, CUSTOMER + n) for n in range(10)]
    heard = await outcomes([claim(database, campus, job, FIRST_RUNNER) for job in jobs])
    assert heard == {"done": campus.open_jobs, TooManyJobs.__name__: 10 - campus.open_jobs}


async def test_a_timer_fires_once_however_many_sweep(database: Database) -> None:
    campus, order = await prepare(database)
    async with database() as work:
        await work.connection.execute(update(timer).values(due_at=work.now))
    await outcomes([expire(database, campus, order) for _ in range(10)])
    async with database() as work:
        assert (await find_order(work, campus.id, order.id)).status is OrderStatus.EXPIRED
        lines = [line.event for line in await history(work, campus.id, order.id) if line.subject == "order"]
    assert lines.count("expired") == 1


async def test_placing_the_same_draft_twenty_times_makes_one_order(database: Database) -> None:
    async with database() as work:
        campus = await found_campus(work)
        order = await open_job(work, campus)
        again = (await ordering.order_again(work, campus, await customer_of(work, campus), order.id)).draft

    async def place() -> object:
        async with database() as work:
            member = await find_member(work, campus.id, CUSTOMER)
            ceiling = again.price(campus.fees).ceiling
            return await ordering.place(work, campus, member, version=again.version, ceiling=ceiling)

    heard = await outcomes([place() for _ in range(20)])
    assert heard == {"done": 1, "Stale": 19}
    async with database() as work:
        assert len((await work.connection.execute(select(orders.c.id))).all()) == 2


async def test_a_losing_claim_gives_nothing_back(database: Database) -> None:
    """S-defect of the original: a loser's compensation unassigned the winner."""
    campus, order = await prepare(database)
    won = await claim(database, campus, order, FIRST_RUNNER)
    with pytest.raises(OrderAlreadyTaken):
        await claim(database, campus, order, FIRST_RUNNER + 1)
    async with database() as work:
        assert await find_order(work, campus.id, order.id) == won
        deadline = select(due_at_of(literal(order.id), TimerKind.EXPIRE))
        assert (await work.connection.execute(deadline)).scalar_one() is None


async def test_nobody_delivers_to_herself(database: Database) -> None:
    campus, _ = await prepare(database)
    async with database() as work:
        own = await open_job(work, campus, FIRST_RUNNER)
    with pytest.raises(OwnOrder):
        await claim(database, campus, own, FIRST_RUNNER)


async def test_a_runner_who_was_suspended_a_moment_ago_takes_nothing(database: Database) -> None:
    campus, order = await prepare(database)
    async with database() as work:
        runner = await find_member(work, campus.id, FIRST_RUNNER)
        before, after = RunnerStatus.APPROVED, RunnerStatus.SUSPENDED
        assert await change_runner(work, SYSTEM, campus.id, runner.person_id, before=before, after=after)
    async with database() as work:
        with pytest.raises(RunnerNotApproved):
            await running.claim(work, campus, runner, order.id)  # the bot still thinks she is one


async def test_a_runner_who_gave_a_job_back_does_not_get_it_again(database: Database) -> None:
    campus, order = await prepare(database)
    await claim(database, campus, order, FIRST_RUNNER)
    async with database() as work:
        await running.release(work, campus, await find_member(work, campus.id, FIRST_RUNNER), order.id)
        assert (await work.connection.execute(select(barred.c.person_id))).scalars().all() == [FIRST_RUNNER]
    with pytest.raises(BarredFromOrder):
        await claim(database, campus, order, FIRST_RUNNER)
    assert (await claim(database, campus, order, FIRST_RUNNER + 1)).runner_id == FIRST_RUNNER + 1


@pytest.mark.parametrize("lost", ["the hold is gone", "the hold ends within the night", "the deadline has passed"])
async def test_a_job_whose_money_or_time_runs_out_is_not_claimable(database: Database, lost: str) -> None:
    campus, order = await prepare(database)
    async with database() as work:
        changes = {
            "the hold is gone": update(hold).values(status="released"),
            "the hold ends within the night": update(hold).values(capture_before=work.now + timedelta(hours=11)),
            "the deadline has passed": update(timer).values(due_at=work.now),
        }
        await work.connection.execute(changes[lost])
    with pytest.raises(OrderClosed):
        await claim(database, campus, order, FIRST_RUNNER)
