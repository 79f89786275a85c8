"""Restrictions of people: what they forbid, where, for how long, and who decides about whom."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from domain.campuses.campus import Campus
from domain.campuses.people import Member, RunnerStatus
from domain.campuses.people_repository import change_runner_status, ensure_member, find_member
from domain.campuses.repository import find_campus
from domain.database.actors import SYSTEM
from domain.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.errors import NotAllowed, OwnActUnconfirmed, Stale
from domain.messaging.notification.repository import find_notification_status
from domain.orders.use_cases import running
from domain.restrictions import use_cases
from domain.restrictions.errors import (
    NotSuspendedHere,
    OrderLimitReached,
    PersonBarred,
    PersonUnknown,
    RunnerSuspendedElsewhere,
)
from domain.restrictions.model import (
    Restriction,
    RestrictionKind,
    RestrictionReason,
    RestrictionStatus,
    RestrictionTerms,
    state_of,
)
from domain.restrictions.tables import restriction
from domain.support.use_cases import roster
from tests.stack.store_setup import (
    ADMIN,
    CUSTOMER,
    FIRST_RUNNER,
    add_customer,
    found_campus,
    make_campus_file,
    open_order,
    place_order,
)
from workers.commands.campus_file import NamedPerson
from workers.commands.campus_repository import provision_campus

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
SOUTH_ADMIN = 7002
BAR = RestrictionTerms(
    kind=RestrictionKind.BAR, reason=RestrictionReason.MONEY, note="two disputed payments", until=None
)
CONDUCT = replace(BAR, reason=RestrictionReason.CONDUCT)
ONE_OPEN = replace(BAR, kind=RestrictionKind.LIMIT, open_orders=1)


async def join(work: UnitOfWork, campus: Campus, person_id: int) -> Member:
    return await ensure_member(work, campus.id, person_id, first_name="Mei", username=None, language="en")


async def found_two(work: UnitOfWork) -> tuple[Campus, Campus, Member, Member]:
    """North and south, which share their people and have an admin each."""
    north = await found_campus(work)
    admins = (NamedPerson(id=SOUTH_ADMIN, name="Zoe"),)
    south = await find_campus(
        work, (await provision_campus(work, replace(make_campus_file("south"), admins=admins))).id
    )
    for campus in (north, south):
        await join(work, campus, CUSTOMER)
    return north, south, await find_member(work, north.id, ADMIN), await find_member(work, south.id, SOUTH_ADMIN)


async def end_now(work: UnitOfWork, made: Restriction) -> None:
    """Let the time of a restriction pass."""
    passed = update(restriction).where(restriction.c.id == made.id)
    await work.connection.execute(passed.values(until=work.now - timedelta(seconds=1)))


async def test_a_bar_for_money_holds_on_every_campus_and_one_for_conduct_on_its_own(
    database: UnitOfWorkFactory,
) -> None:
    async with database() as work:
        north, south, _, zoe = await found_two(work)
        await use_cases.restrict_person(work, south, zoe, CUSTOMER, CONDUCT)
        assert (await place_order(work, north)).customer_id == CUSTOMER
        with pytest.raises(PersonBarred):
            await place_order(work, south)
        money = await use_cases.restrict_person(work, south, zoe, CUSTOMER, BAR)
        with pytest.raises(PersonBarred) as refused:
            await place_order(work, north)
        assert refused.value.arguments == {"team": "South Campus", "why": "money", "ends": "no", "until": "-"}
        await end_now(work, money)
        await place_order(work, north)


async def test_a_barred_runner_claims_nothing_and_finishes_what_they_have(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        north, south, _, zoe = await found_two(work)
        north = replace(north, open_jobs=5)
        runner = await find_member(work, north.id, FIRST_RUNNER)
        held, other = await open_order(work, north), await open_order(work, north, CUSTOMER + 1)
        await running.start_claim(work, north, runner, held.id)
        await join(work, south, FIRST_RUNNER)
        await use_cases.restrict_person(work, south, zoe, FIRST_RUNNER, BAR)
        with pytest.raises(PersonBarred):
            await running.start_claim(work, north, runner, other.id)
        released = await running.start_release(work, north, runner, held.id)
        assert released.runner_id is None


async def test_a_suspension_for_money_holds_on_every_campus_until_its_campus_ends_it(
    database: UnitOfWorkFactory,
) -> None:
    async with database() as work:
        north, south, sam, zoe = await found_two(work)
        order = await open_order(work, north)
        runner = await find_member(work, north.id, FIRST_RUNNER)
        await join(work, south, FIRST_RUNNER)
        approved = {"before": RunnerStatus.NONE, "after": RunnerStatus.APPROVED}
        await change_runner_status(work, SYSTEM, south.id, FIRST_RUNNER, **approved)
        await roster.suspend_runner(work, south, zoe, FIRST_RUNNER, "money: pay-outs to a stolen account")
        with pytest.raises(RunnerSuspendedElsewhere) as refused:
            await running.start_claim(work, north, runner, order.id)
        assert refused.value.arguments == {"team": "South Campus"}
        with pytest.raises(NotSuspendedHere) as not_here:
            await roster.unsuspend_runner(work, north, sam, FIRST_RUNNER)
        assert not_here.value.arguments == {"team": "South Campus", "number": str(FIRST_RUNNER)}
        await roster.unsuspend_runner(work, south, zoe, FIRST_RUNNER)
        claimed = await running.start_claim(work, north, runner, order.id)
        assert claimed.runner_id == FIRST_RUNNER


@pytest.mark.parametrize(
    ("terms", "counts"),
    [
        (ONE_OPEN, "orders"),
        (replace(ONE_OPEN, open_orders=None, daily_sum=2_000, currency="sgd"), "money"),
    ],
)
async def test_a_limited_person_orders_so_much_and_no_more(
    database: UnitOfWorkFactory, terms: RestrictionTerms, counts: str
) -> None:
    async with database() as work:
        north, south, sam, _ = await found_two(work)
        await use_cases.restrict_person(work, north, sam, CUSTOMER, terms)
        first = await place_order(work, north)
        assert first.price.ceiling <= 2_000 < 2 * first.price.ceiling
        for campus in (north, south):
            with pytest.raises(OrderLimitReached) as refused:
                await place_order(work, campus)
            assert refused.value.arguments["counts"] == counts
        await use_cases.lift_restrictions(work, north, sam, CUSTOMER, "it was a mistake")
        await place_order(work, south)


async def test_a_limit_for_conduct_counts_the_orders_of_its_campus_alone(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        north, south, sam, _ = await found_two(work)
        await use_cases.restrict_person(work, north, sam, CUSTOMER, replace(ONE_OPEN, reason=RestrictionReason.CONDUCT))
        await place_order(work, south)
        await place_order(work, south)
        await place_order(work, north)
        with pytest.raises(OrderLimitReached):
            await place_order(work, north)


async def test_the_person_is_told_once_when_it_ends_by_itself(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        north, _, sam, _ = await found_two(work)
        made = await use_cases.restrict_person(
            work, north, sam, CUSTOMER, replace(BAR, until=work.now + timedelta(days=7))
        )
        assert await find_notification_status(work, f"restriction:{made.id}:made") is not None
        assert await use_cases.tell_ended_restrictions(work) == 0
        await end_now(work, made)
        assert [await use_cases.tell_ended_restrictions(work) for _ in range(2)] == [1, 0]
        assert await find_notification_status(work, f"restriction:{made.id}:ended") is not None
        assert await use_cases.view_restrictions(work, north, sam) == []


async def test_nobody_decides_about_themselves_about_strangers_or_without_being_an_admin(
    database: UnitOfWorkFactory,
) -> None:
    async with database() as work:
        north, _, sam, _ = await found_two(work)
        await add_customer(work, north, FIRST_RUNNER)
        stranger = 999_999
        for person_id, wrong in ((stranger, PersonUnknown), (sam.person_id, OwnActUnconfirmed)):
            with pytest.raises(wrong):
                await use_cases.propose_restriction(work, north, sam, person_id, BAR)
        with pytest.raises(NotAllowed):
            await use_cases.propose_restriction(
                work, north, await find_member(work, north.id, CUSTOMER), FIRST_RUNNER, BAR
            )
        with pytest.raises(Stale):
            await use_cases.lift_restrictions(work, north, sam, CUSTOMER, "nothing holds")


async def test_a_question_counts_once_and_for_ten_minutes(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        north, _, sam, _ = await found_two(work)
        asked = await use_cases.propose_restriction(work, north, sam, CUSTOMER, BAR)
        await place_order(work, north)  # nobody said yes yet
        old = update(restriction).where(restriction.c.id == asked.id)
        await work.connection.execute(old.values(made_at=work.now - timedelta(minutes=11)))
        with pytest.raises(Stale):
            await use_cases.confirm_restriction(work, north, sam, asked.id)
        await work.connection.execute(old.values(made_at=work.now))
        await use_cases.confirm_restriction(work, north, sam, asked.id)
        with pytest.raises(Stale):
            await use_cases.confirm_restriction(work, north, sam, asked.id)


def test_of_several_bars_the_one_that_ends_last_is_told() -> None:
    until = (NOON + timedelta(days=2), None, NOON + timedelta(days=9))
    bars = [
        Restriction(
            id=number,
            campus_id=1,
            campus_title="North",
            person_id=CUSTOMER,
            first_name="Mei",
            status=RestrictionStatus.ACTIVE,
            terms=replace(BAR, until=until[number]),
            decided_by=ADMIN,
            made_at=NOON,
        )
        for number in range(3)
    ]
    assert state_of(bars).bar == bars[1]
    assert state_of([bars[2], bars[0]]).bar == bars[2]
    limit = replace(bars[0], terms=replace(ONE_OPEN, until=None))
    assert (state_of([limit]).bar, state_of([limit]).limits) == (None, (limit,))
