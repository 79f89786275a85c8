"""Card and account set-ups: one link each, deadlines, what waits for them, and nothing made up."""

import asyncio

import pytest

from domain.campus import Campus
from domain.errors import NotAllowed
from domain.order import OrderStatus
from domain.people import Member
from domain.store.drafts import change_draft
from domain.store.runs import Run
from domain.store.use_cases import ordering, running
from tests.town import Town


async def told(town: Town, member: Member) -> list[str]:
    """The sentences pushed to somebody."""
    rows = await town.rows("SELECT key FROM push WHERE chat_id = :id ORDER BY id", id=member.person_id)
    return [row.key for row in rows]


async def wants_a_card(town: Town, member: Member) -> str:
    """[Place order] without a card; the Checkout session that is opened for it."""
    draft = await town.draft(member)
    async with town.database() as work:
        ceiling = draft.price(town.campus.fees).ceiling
        await ordering.place(work, town.campus, member, version=draft.version, ceiling=ceiling)
    await town.drive()
    ((session,),) = await town.rows(
        "SELECT data ->> 'session' FROM saga WHERE person_id = :id ORDER BY number DESC LIMIT 1", id=member.person_id
    )
    return str(session)


async def statuses(town: Town, member: Member) -> list[OrderStatus]:
    """The statuses of somebody's orders."""
    rows = await town.rows("SELECT status FROM orders WHERE customer_id = :id", id=member.person_id)
    return [OrderStatus(row.status) for row in rows]


async def test_an_order_that_waited_only_for_the_card_places_itself(shared_town: Town) -> None:
    town = shared_town
    member = await town.member(card=None)
    session = await wants_a_card(town, member)
    await town.control(f"checkout/{session}/complete", card="pm_card_visa")
    await town.hurry()
    assert await statuses(town, member) == [OrderStatus.CREATED]
    assert await told(town, member) == ["push-card-link", "push-card-saved-placing"]


async def test_a_draft_changed_since_the_tap_does_not_place_itself(shared_town: Town) -> None:
    """M12: nobody is charged for what she did not tap."""
    town = shared_town
    member = await town.member(card=None)
    session = await wants_a_card(town, member)
    async with town.database() as work:
        await change_draft(work, town.campus.id, member.person_id, tip=500)
    await town.control(f"checkout/{session}/complete", card="pm_card_visa")
    await town.hurry()
    assert await statuses(town, member) == []
    assert await told(town, member) == ["push-card-link", "push-card-saved"]


async def test_a_tap_too_long_ago_does_not_place_itself(shared_town: Town) -> None:
    town = shared_town
    member = await town.member(card=None)
    session = await wants_a_card(town, member)
    await town.sql(
        "UPDATE draft SET asked_at = now() - interval '31 minutes' WHERE person_id = :id", id=member.person_id
    )
    await town.control(f"checkout/{session}/complete", card="pm_card_visa")
    await town.hurry()
    assert await statuses(town, member) == []


async def test_s9_two_pages_filled_in_are_one_order(shared_town: Town) -> None:
    """S9: she opened the link twice and finished both."""
    town = shared_town
    member = await town.member(card=None)
    first = await wants_a_card(town, member)
    async with town.database() as work:
        await ordering.add_card(work, town.campus, await town.known(member.person_id))
    await town.drive()
    ((second,),) = await town.rows(
        "SELECT data ->> 'session' FROM saga WHERE person_id = :id AND data ->> 'session' <> :first",
        id=member.person_id,
        first=first,
    )
    for session in (first, second):
        await town.control(f"checkout/{session}/complete", card="pm_card_visa")
    await town.hurry()
    assert await statuses(town, member) == [OrderStatus.CREATED]


async def test_s6_a_page_nobody_fills_in_is_given_up(shared_town: Town) -> None:
    """S6."""
    town = shared_town
    member = await town.member(card=None)
    await wants_a_card(town, member)
    await town.sql("UPDATE saga SET waiting_until = now() WHERE person_id = :id", id=member.person_id)
    await town.hurry()
    assert await town.rows("SELECT status FROM saga WHERE person_id = :id", id=member.person_id) == [("undone",)]
    assert (await town.known(member.person_id)).card is None, "no card is ever made up"


async def test_s17_two_set_ups_at_once_keep_one_customer(shared_town: Town) -> None:
    """S17: whichever was first is remembered."""
    town = shared_town
    member = await town.member(card=None)
    for _ in range(2):
        async with town.database() as work:
            await ordering.add_card(work, town.campus, member)
    await town.drive()
    ((customer,),) = await town.rows("SELECT stripe_customer FROM person WHERE id = :id", id=member.person_id)
    sessions = await town.rows("SELECT data ->> 'customer' FROM saga WHERE person_id = :id", id=member.person_id)
    assert sessions == [(customer,), (customer,)]


async def set_up_payout(town: Town, campus: Campus, member: Member) -> Run:
    """[Set up pay-out]."""
    async with town.database() as work:
        return await running.set_up_payout(work, campus, member)


async def test_s17_two_onboardings_at_once_keep_one_account(shared_town: Town) -> None:
    """S17, M5: a runner with two accounts would onboard one and be paid to the other."""
    town = shared_town
    runner = await town.member(runner=True, ready=False, card=None)
    runs = await asyncio.gather(*(set_up_payout(town, town.campus, runner) for _ in range(2)))
    await town.drive()
    ((kept,),) = await town.rows("SELECT stripe_account FROM person WHERE id = :id", id=runner.person_id)
    used = await town.rows("SELECT data ->> 'account' FROM saga WHERE id = ANY(:ids)", ids=[run.id for run in runs])
    assert used == [(kept,), (kept,)]


async def test_m5_a_link_goes_to_the_runner_alone_and_a_ready_account_needs_none(shared_town: Town) -> None:
    """M5."""
    town = shared_town
    runner = await town.member(runner=True, ready=False, card=None)
    await set_up_payout(town, town.campus, runner)
    await town.drive()
    assert await told(town, runner) == ["push-payout-link"]
    account = (await town.known(runner.person_id)).stripe_account
    await town.control(f"onboard/{account}", finish=True)
    await town.hurry()
    assert await told(town, runner) == ["push-payout-link", "push-payouts-ready"]
    await set_up_payout(town, town.campus, await town.known(runner.person_id))
    await town.drive()
    assert (await told(town, runner)).count("push-payout-link") == 1


async def test_a2_only_an_approved_runner_gets_an_account_and_only_her_own(shared_town: Town) -> None:
    """A2: there is no parameter that could name another's."""
    town = shared_town
    with pytest.raises(NotAllowed):
        await set_up_payout(town, town.campus, await town.member())
