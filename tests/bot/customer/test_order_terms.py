"""The terms of an order beside its food: the drop point, the fee, the tip and the note."""

from collections.abc import AsyncIterator

import pytest

from domain.campuses.tables import drop_point, membership
from domain.messaging.buttons import Tap
from domain.orders.drafts.tables import draft
from tests.stack.bot_stack import SOUTH, BotStack, BotUser, Json


@pytest.fixture
async def halls(stack: BotStack) -> AsyncIterator[None]:
    """Give the campus south a hall of ten spots and eight more buildings, for the length of a test."""
    south = stack.campuses["south"]
    places = [("Zed Hall", f"door {letter}") for letter in "abcdefghij"] + [(f"Zoo {n}", "gate") for n in range(8)]
    for building, spot in places:
        await stack.insert(drop_point, campus_id=south, building=building, spot=spot)
    yield
    await stack.delete_rows(drop_point, drop_point.c.building.like("Z%"))


async def test_a_building_then_a_spot_or_a_room_in_it(stack: BotStack, halls: None) -> None:
    mei = await _southern_customer(stack)
    await _open_places(mei)
    labels = await mei.labels()
    assert "Library, door" in labels  # its only spot, so one tap is enough
    assert "Where in Zed Hall?" in await mei.screen_after("Zed Hall · 10 spots")
    assert "→ Zed Hall, door j" in await mei.screen_after("More", "door j")
    await mei.press("✏️ Place", "Zed Hall")
    assert "→ Zed Hall, room 412" in await mei.answer_to("room 412")
    await mei.press("✏️ Place")
    assert "Where in Zed Hall?" in await mei.answer_to("zed hall")
    assert "→ Zed Hall roof" in await mei.answer_to("Zed Hall roof")


async def test_the_usual_place_is_found_on_a_later_page(stack: BotStack, halls: None) -> None:
    mei = await _southern_customer(stack)
    await mei.write("/me")
    await mei.press("Choose my place", "More", "◀ Previous")
    for _ in range(2):
        await mei.press("More")
    assert (await mei.press("Zoo 7"))["text"] == "Your usual place: Zoo 7, gate"


async def test_many_buildings_have_pages(stack: BotStack, halls: None) -> None:
    mei = await _southern_customer(stack)
    await _open_places(mei)
    assert "Zoo 7, gate" not in await mei.labels()
    assert "→ Zoo 7, gate" in await mei.screen_after("More", "Zoo 7")


async def test_the_place_of_the_last_order_is_offered_first(stack: BotStack, mei: BotUser) -> None:
    await mei.open_order()
    await _forget_basket(stack, mei)
    await mei.write("/start")
    await _open_places(mei)
    assert (await mei.labels())[0] == "📍 Library, door"
    assert "→ Library, door" in await mei.screen_after("📍")


async def test_the_usual_place_is_chosen_already_and_can_be_changed(stack: BotStack, mei: BotUser) -> None:
    await stack.update_rows(membership, membership.c.person_id == mei.id, default_place="Hall 3, room 7")
    await _open_places(mei)
    assert "→ Hall 3, room 7" in await mei.text()
    await mei.press("✏️ Place")
    assert (await mei.labels())[0] == "📍 Hall 3, room 7"
    await mei.press("◀ Back")
    assert (await mei.labels())[0].startswith("Place order")


async def test_a_tip_is_added_to_the_ceiling_and_taken_away_again(mei: BotUser) -> None:
    await _open_review(mei)
    assert (await mei.labels())[1:4] == ["Tip S$0.50", "Tip S$1.00", "Tip S$2.00"]
    assert "all of it for your runner" in (await mei.press("Tip S$1.00"))["text"]
    assert "Tip: S$1.00" in await mei.text()
    labels = await mei.labels()
    assert labels[:4] == ["Place order · max S$9.00", "No tip", "Tip S$0.50", "Tip S$2.00"]
    await mei.press("No tip")
    assert "Place order · max S$8.00" in await mei.labels()


async def test_a_tip_nobody_offered_changes_nothing(stack: BotStack, mei: BotUser) -> None:
    await _open_review(mei)
    (before,) = await _basket_rows(stack, mei)
    assert "at most S$80.00" in (await mei.tap(Tap.TIP, 10**12, before["version"]))["text"]
    assert "out of date" in (await mei.tap(Tap.TIP, -100, before["version"]))["text"]
    assert await _basket_rows(stack, mei) == [before]


async def test_a_note_is_added_changed_and_removed(mei: BotUser) -> None:
    await _open_review(mei)
    await mei.press("Add note")
    assert "📝 Note for the runner:\nno chilli 🌶" in await mei.answer_to("no chilli 🌶")
    await mei.press("Change note")
    assert "at most 100 characters. That was 101." in await mei.answer_to("x" * 101)
    assert "📝" not in await mei.screen_after("Remove note")
    assert "Add note" in await mei.labels()


async def _southern_customer(stack: BotStack) -> BotUser:
    mei = BotUser(id=(await stack.add_customer()).id, stack=stack, bot=SOUTH)
    await mei.write("/start")
    return mei


async def _open_places(mei: BotUser) -> None:
    for label in ("🍜", "Koufu", "Chicken rice", "That's all"):
        await mei.press(label)


async def _open_review(mei: BotUser) -> None:
    await _open_places(mei)
    await mei.press("Library")


async def _forget_basket(stack: BotStack, mei: BotUser) -> None:
    await stack.delete_rows(draft, draft.c.person_id == mei.id)


async def _basket_rows(stack: BotStack, mei: BotUser) -> list[Json]:
    return await stack.rows(draft, draft.c.person_id == mei.id)
