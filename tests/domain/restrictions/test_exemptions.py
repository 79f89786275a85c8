"""Restrictions because of money on other campuses: who is told, who sees them, and a lift for one campus alone."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select, update

from domain.campuses.campus import Campus
from domain.campuses.own_acts.subjects import person_subject
from domain.campuses.own_acts.use_cases import agree_to_own_act
from domain.campuses.people import Member
from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus
from domain.campuses.tables import campus as campuses
from domain.campuses.tables import membership
from domain.database.tables import event_log
from domain.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.errors import Stale
from domain.messaging.private_chats import open_private_chat
from domain.messaging.tables import notification
from domain.orders.use_cases import running
from domain.payments.customer_debt_repository import insert_customer_debt
from domain.payments.use_cases import customer_debts
from domain.restrictions import use_cases
from domain.restrictions.elsewhere import tell_campus_of_refusal
from domain.restrictions.errors import OwnRestrictionElsewhere, PersonBarred, RunnerSuspendedElsewhere, SuspendedHere
from domain.restrictions.repository import list_restrictions
from domain.restrictions.use_cases import tell_ended_restrictions
from domain.support.runner_overview_repository import list_runners
from domain.support.use_cases import roster
from tests.domain.restrictions.test_restrictions import BAR, CONDUCT, ONE_OPEN, end_now, found_two, join
from tests.stack.store_setup import ADMIN, CUSTOMER, FIRST_RUNNER, open_order, place_order

NORTH_CHAT, SOUTH_CHAT = -100_501, -100_502


async def found_with_chats(work: UnitOfWork) -> tuple[Campus, Campus, Member, Member]:
    """North and south, each with an admin chat."""
    north, south, sam, zoe = await found_two(work)
    for campus, chat in ((north, NORTH_CHAT), (south, SOUTH_CHAT)):
        await work.connection.execute(update(campuses).where(campuses.c.id == campus.id).values(admin_chat=chat))
    return await find_campus(work, north.id), await find_campus(work, south.id), sam, zoe


async def told(work: UnitOfWork, chat: int) -> Sequence[str]:
    """The keys of what a chat was told, oldest first, without the notification- before them."""
    query = select(notification.c.key).where(notification.c.chat_id == chat).order_by(notification.c.id)
    return [key.removeprefix("notification-") for key in (await work.connection.execute(query)).scalars()]


async def logged(work: UnitOfWork, campus: Campus) -> Sequence[tuple[str, str, int]]:
    """The decisions about restrictions in the event log of a campus."""
    await work.insert_deferred()
    query = select(event_log.c.event, event_log.c.after, event_log.c.actor_id).order_by(event_log.c.id)
    mine = query.where(event_log.c.campus_id == campus.id, event_log.c.subject == "restriction")
    return [tuple(row) for row in await work.connection.execute(mine)]


async def test_a_bar_for_money_is_told_and_listed_wherever_the_person_has_a_place(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        _, south, sam, zoe = await found_with_chats(work)
        north = await find_campus(work, sam.campus_id)
        await use_cases.restrict_person(work, north, sam, CUSTOMER, CONDUCT)
        assert await told(work, SOUTH_CHAT) == [], "conduct is the matter of its campus"
        made = await use_cases.restrict_person(work, north, sam, CUSTOMER, BAR)
        await tell_campus_of_refusal(work, south.id, made.id)
        await tell_campus_of_refusal(work, north.id, made.id)
        assert await told(work, SOUTH_CHAT) == ["restricted-elsewhere"], "once"
        assert "restricted-elsewhere" not in await told(work, NORTH_CHAT)
        (listed,) = await use_cases.view_restrictions(work, south, zoe)
        assert (listed.id, listed.campus_title) == (made.id, "North Campus")
        await use_cases.lift_restrictions(work, north, sam, CUSTOMER, "the bank was wrong")
        assert await told(work, SOUTH_CHAT) == ["restricted-elsewhere", "restriction-ended-admins"]
        assert await use_cases.view_restrictions(work, south, zoe) == []


async def test_who_only_wrote_to_a_bot_is_told_about_when_they_try_to_order(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        north, south, sam, _ = await found_with_chats(work)
        closed = update(campuses).where(campuses.c.id == south.id)
        await work.connection.execute(closed.values(open_to_all=False))
        made = await use_cases.restrict_person(work, north, sam, CUSTOMER, BAR)
        assert await told(work, SOUTH_CHAT) == []
        assert await list_restrictions(work, south.id) == []
        here = update(membership).where(membership.c.person_id == CUSTOMER, membership.c.campus_id == south.id)
        await work.connection.execute(here.values(admitted=True))
        await tell_campus_of_refusal(work, south.id, made.id)
        assert await told(work, SOUTH_CHAT) == ["restricted-elsewhere"]
        assert [each.id for each in await list_restrictions(work, south.id)] == [made.id]


async def test_an_admin_lifts_it_for_their_campus_alone_and_the_other_team_reads_so(
    database: UnitOfWorkFactory,
) -> None:
    async with database() as work:
        north, south, sam, zoe = await found_with_chats(work)
        for terms in (BAR, ONE_OPEN):
            await use_cases.restrict_person(work, north, sam, CUSTOMER, terms)
        lifted = await use_cases.lift_restrictions(work, south, zoe, CUSTOMER, "I know the person")
        assert len(lifted) == 2
        await place_order(work, south)
        with pytest.raises(PersonBarred):
            await place_order(work, north)
        assert (await told(work, NORTH_CHAT))[-2:] == ["exempted-admins"] * 2
        assert (await told(work, SOUTH_CHAT))[-1] == "admin-act"
        assert (await told(work, CUSTOMER))[-2:] == ["exempted"] * 2
        assert await logged(work, south) == [("bar", "exempt", zoe.person_id), ("limit", "exempt", zoe.person_id)]
        assert await use_cases.view_restrictions(work, south, zoe) == []
        assert [each.exempted for each in await use_cases.view_restrictions(work, north, sam)] == [
            ("South Campus",)
        ] * 2
        with pytest.raises(Stale):
            await use_cases.lift_restrictions(work, south, zoe, CUSTOMER, "once more")
        await use_cases.restrict_person(work, north, sam, CUSTOMER, BAR)
        with pytest.raises(PersonBarred):
            await place_order(work, south)


async def test_nobody_lifts_for_themselves_what_another_campus_decided(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        north, south, sam, zoe = await found_with_chats(work)
        await join(work, north, zoe.person_id)
        await use_cases.restrict_person(work, north, sam, zoe.person_id, BAR)
        await agree_to_own_act(work, south, zoe, person_subject(zoe.person_id, "Zoe"))
        with pytest.raises(OwnRestrictionElsewhere):
            await use_cases.lift_restrictions(work, south, zoe, zoe.person_id, "it is me, the only admin here")
        await join(work, south, ADMIN)
        second = update(membership).where(membership.c.person_id == ADMIN, membership.c.campus_id == south.id)
        await work.connection.execute(second.values(is_admin=True))
        with pytest.raises(OwnRestrictionElsewhere):
            await use_cases.lift_restrictions(work, south, zoe, zoe.person_id, "it is me")


async def test_a_suspension_for_money_is_listed_on_other_campuses_and_lifted_there_alone(
    database: UnitOfWorkFactory,
) -> None:
    async with database() as work:
        north, south, sam, zoe = await found_with_chats(work)
        order = await open_order(work, south)
        runner = await find_member(work, south.id, FIRST_RUNNER)
        runner = await open_private_chat(work, runner)
        await roster.suspend_runner(work, north, sam, FIRST_RUNNER, "money: pay-outs to a stolen account")
        assert (await told(work, SOUTH_CHAT))[-1] == "restricted-elsewhere"
        assert [each.restricted for each in await list_runners(work, south.id)] == [True, False]
        with pytest.raises(RunnerSuspendedElsewhere):
            await running.start_claim(work, south, runner, order.id)
        with pytest.raises(SuspendedHere):
            await use_cases.lift_restrictions(work, north, sam, FIRST_RUNNER, "of our own")
        await use_cases.lift_restrictions(work, south, zoe, FIRST_RUNNER, "we know better")
        assert [each.restricted for each in await list_runners(work, south.id)] == [False, False]
        assert (await told(work, FIRST_RUNNER))[-2:] == ["exempted", "unsuspended"]
        await running.start_claim(work, south, runner, order.id)
        before = len(await told(work, FIRST_RUNNER))
        await roster.unsuspend_runner(work, north, sam, FIRST_RUNNER)
        assert (await told(work, FIRST_RUNNER))[before:] == ["unsuspended"], "welcomed at north alone"
        assert (await told(work, SOUTH_CHAT)).count("restriction-ended-admins") == 0, "it held there no more"


async def test_a_runner_let_back_reads_welcome_only_when_nothing_else_holds(database: UnitOfWorkFactory) -> None:
    async with database() as work:
        north, south, sam, zoe = await found_with_chats(work)
        await roster.suspend_runner(work, north, sam, FIRST_RUNNER, "late twice")
        bar = await use_cases.restrict_person(work, south, zoe, FIRST_RUNNER, BAR)
        state = await roster.unsuspend_runner(work, north, sam, FIRST_RUNNER)
        assert state.keeps_from_running is not None
        assert (await told(work, FIRST_RUNNER))[-1] == "still-restricted"
        await end_now(work, bar)
        await tell_ended_restrictions(work)
        ended = ["restriction-ended", "unsuspended", "unsuspended"]  # a runner of both
        assert (await told(work, FIRST_RUNNER))[-3:] == ended


async def test_a_debt_elsewhere_is_listed_and_told_once_but_only_its_campus_waives_it(
    database: UnitOfWorkFactory,
) -> None:
    async with database() as work:
        north, south, sam, zoe = await found_with_chats(work)
        order = await place_order(work, north)
        debt = await insert_customer_debt(work, order, 830, "card_declined")
        for _ in range(2):
            await customer_debts.tell_campus_of_debt(work, south.id, debt.id)
            await customer_debts.tell_campus_of_debt(work, north.id, debt.id)
        assert await told(work, SOUTH_CHAT) == ["owes-elsewhere"]
        (listed,) = await customer_debts.view_debts_elsewhere(work, south, zoe)
        assert (listed.first_name, listed.campus_title, listed.debt.amount) == ("Mei", "North Campus", 830)
        assert await customer_debts.view_debts_elsewhere(work, north, sam) == []
