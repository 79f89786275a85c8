"""Who may order: the campus's invitation makes a member, and everybody else reads how to get in."""

import pytest

from domain.campuses.tables import campus, drop_point, membership
from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.orders.drafts.tables import draft
from domain.orders.tables import orders
from tests.stack.bot_stack import BotStack, BotUser

CODE = "north-2026"
NOT_INVITED_TEXT = "Ordering needs an invitation"


@pytest.fixture(autouse=True)
async def invitation_only_campus(stack: BotStack) -> None:
    """Close the campus to people without an invitation, for the length of a test."""
    north = campus.c.id == stack.campuses["north"]
    await stack.update_rows(campus, north, open_to_all=False, invite_code=CODE)


async def admitted(one: BotUser) -> bool:
    """Whether this person came by an invitation."""
    (row,) = await one.stack.rows(membership, membership.c.person_id == one.id)
    return bool(row["admitted"])


async def test_a_stranger_reads_how_to_get_in_and_every_tap_of_ordering_is_refused(
    stack: BotStack,
) -> None:
    mei = await stack.add_person()
    assert "scan the CampusG poster" in await mei.text()
    await mei.press("Try again")
    assert await mei.labels() == ["Try again"]
    for tap in (Tap.ORDER_FOOD, Tap.STORE, Tap.MENU_ITEM, Tap.FEE, Tap.REVIEW, Tap.PLACE, Tap.ADD_CARD):
        assert (await mei.tap(tap, 1, 1))["text"].startswith(NOT_INVITED_TEXT), tap
    for tap in (Tap.ASK_TO_RUN, Tap.INVITE, Tap.ME, Tap.MY_PLACE, Tap.REMOVE_CARD):
        assert (await mei.tap(tap, 1, 1))["text"].startswith(NOT_INVITED_TEXT), tap
    assert "scan the CampusG poster" in await mei.answer_to("2x chicken rice 4.20")
    assert await stack.rows(draft, draft.c.person_id == mei.id) == []
    assert not await admitted(mei)


async def test_the_code_of_the_link_admits_a_person_for_good_and_an_old_one_says_so(stack: BotStack) -> None:
    mei = await stack.add_person()
    for wrong in ("north-2025", "NORTH-2026", f"{CODE}x", "_12", "é", "card"):
        assert "does not work any more" in await mei.answer_to(f"/start {wrong}")
    assert not await admitted(mei)
    await mei.write(CODE)  # typed, or pasted without its command
    assert (await mei.text()).startswith("You are in. Welcome to North!")
    assert await admitted(mei)
    await stack.update_rows(campus, campus.c.id == stack.campuses["north"], invite_code="north-2027")
    assert (await mei.answer_to(f"/start {CODE}")).startswith("Hi Mei!")
    told = await stack.rows(event_log, event_log.c.subject_id == str(mei.id), event_log.c.event == "admitted")
    assert [(row["actor_id"], row["campus_id"]) for row in told] == [(mei.id, stack.campuses["north"])]
    await stack.update_rows(campus, campus.c.id == stack.campuses["north"], invite_code=CODE)
    assert "Where from?" in await mei.screen_after("🍜")


async def test_a_poster_at_a_drop_point_makes_it_the_usual_place(stack: BotStack) -> None:
    mei = await stack.add_person()
    north, west = stack.campuses["north"], stack.campuses["west"]
    here = (await stack.rows(drop_point, drop_point.c.campus_id == north))[0]
    elsewhere = (await stack.rows(drop_point, drop_point.c.campus_id == west))[0]
    # The number of another campus's drop point admits, and does nothing more.
    await mei.write(f"/start {CODE}_{elsewhere['id']}")
    (row,) = await stack.rows(membership, membership.c.person_id == mei.id)
    assert (row["admitted"], row["default_place"]) == (True, None)
    await mei.write(f"/start {CODE}_{here['id']}")
    (row,) = await stack.rows(membership, membership.c.person_id == mei.id)
    assert row["default_place"] == f"{here['building']}, {here['spot']}"
    assert f"Your food comes to {row['default_place']}" in await mei.text()


async def test_a_link_with_a_place_never_overwrites_a_place_of_ones_own(stack: BotStack) -> None:
    mei = await stack.add_person(admitted=True)
    mine = (membership.c.person_id == mei.id) & (membership.c.campus_id == stack.campuses["north"])
    await stack.update_rows(membership, mine, default_place="Lab 4")
    here = (await stack.rows(drop_point, drop_point.c.campus_id == stack.campuses["north"]))[0]
    await mei.write(f"/start {CODE}_{here['id']}")
    assert "Your food comes to Lab 4, as you chose." in await mei.text()
    assert [row["default_place"] for row in await stack.rows(membership, mine)] == ["Lab 4"]
    await mei.press("Keep my place")
    assert [row["default_place"] for row in await stack.rows(membership, mine)] == ["Lab 4"]
    await mei.write(f"/start {CODE}_{here['id']}")
    await mei.press("Change my place")
    assert [row["default_place"] for row in await stack.rows(membership, mine)] == [
        f"{here['building']}, {here['spot']}"
    ]
    await mei.write(f"/start {CODE}_{here['id']}")
    assert "as you chose" not in await mei.text(), "it is the own place already"


async def test_a_runner_and_an_admin_need_no_invitation(stack: BotStack, ana: BotUser, sam: BotUser) -> None:
    for one in (ana, sam):
        await one.write("/start")
        assert "Where from?" in await one.screen_after("🍜")
        assert await stack.rows(orders, orders.c.customer_id == one.id) == []


async def test_a_member_hands_the_link_on(stack: BotStack) -> None:
    mei = await stack.add_person(admitted=True)
    assert f"https://t.me/north_bot?start={CODE}" in await mei.screen_after_tap(Tap.INVITE, argument=1)
    share = (await mei.last_message())["buttons"][0][0]
    assert share["url"].startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fnorth_bot%3Fstart%3Dnorth-2026")


async def test_a_person_who_comes_back_from_stripe_reads_what_happens_next(stack: BotStack) -> None:
    mei = await stack.add_person(admitted=True)
    for word, said in (("card", "whether your card is saved"), ("payout_done", "As soon as Stripe has checked")):
        assert said in await mei.answer_to(f"/start {word}")
        assert await mei.labels() == ["🏠 Home"]
