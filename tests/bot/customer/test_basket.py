"""Filling a basket: by lines, by pages, by typed names of the menu, and from two devices at once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from domain.campuses.campus import WEEKDAYS
from domain.campuses.tables import menu_item, store
from domain.messaging.buttons import Tap
from domain.orders.drafts.tables import draft
from tests.stack.bot_stack import SOUTH, BotStack, BotUser, Json


@pytest.fixture
async def long_menu(stack: BotStack) -> AsyncIterator[None]:
    """Give the store of the campus south a menu of eleven dishes for the length of a test."""
    (koufu,) = await stack.rows(store, store.c.campus_id == stack.campuses["south"])
    async with stack.work() as work:
        for number in range(9):
            dish = {"store_id": koufu["id"], "name": f"Dish {number}", "price": 100 + number}
            await work.connection.execute(insert(menu_item).values(dish))
    yield
    await stack.delete_rows(menu_item, menu_item.c.name.like("Dish %"))


async def test_a_basket_is_changed_line_by_line(mei: BotUser) -> None:
    await _open_koufu(mei, "Chicken rice", "Mac & cheese", "Change basket")
    assert (await mei.press("+ Chicken rice"))["text"] == "2 × Chicken rice"
    assert "2 × Chicken rice · S$8.40" in await mei.text()
    assert (await mei.press("− Chicken rice"))["text"] == "1 × Chicken rice"
    assert (await mei.press("✕ Remove Chicken rice"))["text"] == "Removed: Chicken rice"
    assert "Chicken rice" not in await mei.text()
    await mei.press("◀ Back")
    assert "That's all · S$6.50" in await mei.labels()
    assert "Your basket is empty" in await mei.screen_after("Change basket", "✕ Remove Mac")
    assert "Chicken rice · S$4.20" in await mei.labels()


async def test_an_old_menu_cannot_change_a_line_a_second_time(stack: BotStack, mei: BotUser) -> None:
    await _open_koufu(mei, "Chicken rice", "Change basket")
    (before,) = await _basket_rows(stack, mei)
    await mei.tap(Tap.MORE, 0, before["version"])
    for tap in (Tap.MORE, Tap.LESS):
        assert "out of date" in (await mei.tap(tap, 0, before["version"]))["text"]
    (after,) = await _basket_rows(stack, mei)
    assert [line["quantity"] for line in after["items"]] == [2]
    assert "− Chicken rice" in await mei.labels()
    for line in (1, -1, 10**17):
        assert "out of date" in (await mei.tap(Tap.MORE, line, after["version"]))["text"]
    assert await _basket_rows(stack, mei) == [after]


async def test_a_long_menu_has_pages_and_a_dish_of_the_second_stays_there(stack: BotStack, long_menu: None) -> None:
    mei = BotUser(id=(await stack.add_customer()).id, stack=stack, bot=SOUTH)
    await mei.write("/start")
    await mei.press("🍜", "Koufu")
    labels = await mei.labels()
    assert "Dish 5 · S$1.05" in labels
    assert "Dish 6 · S$1.06" not in labels
    assert "1 × Dish 8 · S$1.08" in await mei.screen_after("More", "Dish 8")
    assert "Dish 8 · S$1.08" in await mei.labels()
    await mei.press("◀ Previous")
    assert "Chicken rice · S$4.20" in await mei.labels()


async def test_a_long_name_does_not_push_the_price_off_its_button(stack: BotStack, mei: BotUser) -> None:
    (koufu,) = await stack.rows(store, store.c.campus_id == stack.campuses["north"], store.c.name == "Koufu")
    dish = {"store_id": koufu["id"], "name": "Hainanese chicken rice with extra chilli and egg", "price": 720}
    await stack.insert(menu_item, **dish)
    await _open_koufu(mei)
    await stack.delete_rows(menu_item, menu_item.c.name == dish["name"])
    assert "Hainanese chicken rice with ext… · S$7.20" in await mei.labels()


async def test_dishes_of_the_menu_may_be_typed_without_their_price(mei: BotUser) -> None:
    await _open_koufu(mei)
    text = await mei.answer_to("2x chicken rice\nMAC & CHEESE\n3 chicken rice\nkopi 1.40")
    for line in ("5 × Chicken rice · S$21.00", "1 × Mac & cheese · S$6.50", "1 × kopi · S$1.40"):
        assert line in text


async def test_one_unreadable_line_is_named_and_nothing_is_added(stack: BotStack, mei: BotUser) -> None:
    await _open_koufu(mei, "Chicken rice")
    await mei.write("kopi 1.40\nsomething <nice>\ntea 1")
    assert "something &lt;nice&gt;" not in await mei.text()  # shown as written, not as markup
    assert "“something <nice>”" in await mei.text()
    (basket,) = await _basket_rows(stack, mei)
    assert [line["name"] for line in basket["items"]] == ["Chicken rice"]
    assert "That's all · S$4.20" in await mei.labels()


async def test_a_basket_that_is_too_expensive_leads_back_to_its_lines(mei: BotUser) -> None:
    """The bot used to refuse every [Order food], so nothing could be taken out of the basket."""
    await _open_koufu(mei)
    assert "tuna is S$90.00" in await mei.answer_to("10x tuna 9"), "alone it is too expensive, so it is refused at once"
    await mei.write("7x tuna 9\n3x eel 9")
    assert "at most S$80.00" in await mei.screen_after("That's all", "Library")
    await mei.write("/start")
    await mei.press("🍜 Continue my order")
    for label in ("− eel", "− eel", "✕ Remove eel"):
        await mei.press(label)
    assert "7 × tuna · S$63.00" in await mei.screen_after("◀ Back", "That's all")
    assert (await mei.labels())[0].startswith("Place order")


async def test_another_shop_begins_another_basket_and_says_so_before(stack: BotStack, mei: BotUser) -> None:
    await _open_koufu(mei, "Chicken rice", "◀ Shops")
    assert "Your basket is from Koufu" in await mei.text()
    assert "1 × Chicken rice" in await mei.screen_after("◀ Back")
    await mei.press("◀ Shops")
    assert "not on my list" in await mei.answer_to("Aunty's stall")
    (basket,) = await _basket_rows(stack, mei)
    assert (basket["store_name"], basket["items"]) == ("Aunty's stall", [])


async def test_a_shop_that_is_closed_says_when_it_opens_and_is_not_chosen(stack: BotStack, mei: BotUser) -> None:
    koufu = (store.c.campus_id == stack.campuses["north"], store.c.name == "Koufu")
    day = WEEKDAYS[(datetime.now(UTC) + timedelta(days=3)).astimezone(ZoneInfo("Asia/Singapore")).weekday()]
    await stack.update_rows(store, *koufu, hours={day: ["11:00", "21:00"]})
    await mei.press("🍜")
    answer = await mei.press("Koufu · closed now")
    await mei.write("koufu")
    await stack.update_rows(store, *koufu, hours={})
    assert answer["text"] == "Koufu is closed now. It opens in 3 days, at 11:00."
    assert "It opens in 3 days" in await mei.text()
    assert "Another shop" in await mei.labels()
    assert [basket["store_name"] for basket in await _basket_rows(stack, mei)] == [None]


async def _open_koufu(mei: BotUser, *labels: str) -> None:
    for label in ("🍜", "Koufu", *labels):
        await mei.press(label)


async def _basket_rows(stack: BotStack, mei: BotUser) -> list[Json]:
    return await stack.rows(draft, draft.c.person_id == mei.id)
