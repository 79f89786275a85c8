"""A customer orders: from /start to a placed order, by taps, by typing, and with old buttons."""

import asyncio

from domain.campuses.tables import campus, store
from domain.messaging.buttons import Tap
from domain.orders.drafts.tables import conversation_state, draft
from domain.orders.tables import orders
from domain.saga.tables import saga
from tests.stack.bot_stack import SOUTH, BotStack, BotUser


async def test_an_order_is_placed_by_taps_alone(stack: BotStack, mei: BotUser) -> None:
    assert await mei.labels() == ["🍜 Order food", "🏃 Deliver food", "🧾 My orders", "👤 Me"]
    order_id = await mei.order_food()
    row = await stack.order_row(order_id)
    assert (row["status"], row["store_name"], row["drop_point"]) == ("PENDING", "Koufu", "Library, door")
    assert row["ceiling"] == 420 + 100 + 200 + 80
    assert f"#{order_id}" in await mei.text()
    runs = await stack.rows(saga, saga.c.order_id == order_id)
    assert [(run["kind"], run["status"]) for run in runs] == [("create_order", "running")]


async def test_navigation_edits_one_message(mei: BotUser) -> None:
    before = len(await mei.messages())
    await mei.order_food()
    assert len(await mei.messages()) == before


async def test_an_order_is_placed_by_typing_everything(stack: BotStack, mei: BotUser) -> None:
    await mei.press("🍜")
    assert "Aunty's <stall>" in await mei.answer_to("Aunty's <stall>")
    assert "2 × mee goreng · S$7.00" in await mei.answer_to("2x mee goreng 3.50\nkopi 1.20")
    await mei.press("That's all")
    await mei.write("Lab 4, second bench")
    await mei.press("✏️ Fee")
    await mei.write("2,50")
    assert "no chilli & no egg" in await mei.answer_to("no chilli & no egg")
    assert "S$13.14" in await mei.text()
    await mei.press("Place order")
    (row,) = await stack.rows(orders, orders.c.customer_id == mei.id)
    assert (row["store_name"], row["note"], row["delivery_fee"]) == ("Aunty's <stall>", "no chilli & no egg", 250)


async def test_a_typed_name_of_a_listed_store_opens_its_menu(mei: BotUser) -> None:
    await mei.press("🍜")
    await mei.write("kOuFu")
    assert "Mac & cheese · S$6.50" in await mei.labels()


async def test_an_unreadable_line_is_explained_and_the_question_stays_open(mei: BotUser) -> None:
    await mei.press("🍜", "Koufu")
    assert "2x chicken rice S$4.20" in await mei.answer_to("something nice")
    assert "🏠 Home" in await mei.labels()
    assert "1 × soup · S$3.00" in await mei.answer_to("soup 3.00")


async def test_a_fee_out_of_range_is_refused_with_the_range(mei: BotUser) -> None:
    await _open_review(mei)
    await mei.press("✏️ Fee")
    assert "from S$1.50 to S$15.00" in await mei.answer_to("1.00")
    assert "Your order" in await mei.answer_to("1.50")


async def test_everything_can_be_changed_from_the_review(mei: BotUser) -> None:
    await _open_review(mei)
    await mei.press("✏️ Place", "Hall 3", "✏️ Fee", "S$3.00", "✏️ Food", "Clear", "Mac & cheese")
    text = await mei.screen_after("That's all")
    assert "Hall 3, door" in text
    assert "S$3.00" in text
    assert "1 × Mac & cheese · S$6.50" in text
    assert "Chicken rice" not in text


async def test_starting_over_asks_once_and_empties_the_basket(stack: BotStack, mei: BotUser) -> None:
    await _open_review(mei)
    for label in ("✏️ Food", "Change basket", "Start over"):
        await mei.press(label)
    assert await mei.labels() == ["Keep it", "Yes, start over"]
    await mei.press("Keep it", "Start over", "Yes, start over")
    (basket,) = await stack.rows(draft, draft.c.person_id == mei.id)
    assert (basket["items"], basket["store_name"], basket["drop_point"]) == ([], None, None)
    assert "Where from?" in await mei.text()


async def test_a_second_tap_on_place_order_places_nothing(stack: BotStack, mei: BotUser) -> None:
    await _open_review(mei)
    (basket,) = await stack.rows(draft, draft.c.person_id == mei.id)
    both = await asyncio.gather(*(mei.tap(Tap.PLACE, 800, basket["version"]) for _ in range(2)))
    assert len(await stack.rows(orders, orders.c.customer_id == mei.id)) == 1
    assert sorted(str(answer["text"] or "") for answer in both)[1].startswith("This button is out of date")


async def test_a_button_of_an_older_basket_changes_nothing_and_shows_the_present_one(stack: BotStack) -> None:
    mei = await stack.add_customer()
    await mei.press("🍜", "Koufu")
    (before,) = await stack.rows(draft, draft.c.person_id == mei.id)
    await mei.press("Chicken rice")
    answer = await mei.tap(Tap.CLEAR_ITEMS, 0, before["version"])
    assert "out of date" in answer["text"]
    (after,) = await stack.rows(draft, draft.c.person_id == mei.id)
    assert len(after["items"]) == 1
    assert "That's all · S$4.20" in await mei.labels()


async def test_a_place_button_with_a_forged_price_changes_nothing(stack: BotStack, mei: BotUser) -> None:
    await _open_review(mei)
    (basket,) = await stack.rows(draft, draft.c.person_id == mei.id)
    answer = await mei.tap(Tap.PLACE, 1, basket["version"])
    assert "price has changed" in answer["text"]
    assert await stack.rows(orders, orders.c.customer_id == mei.id) == []


async def test_a_new_basket_never_accepts_buttons_of_a_former_one(stack: BotStack, mei: BotUser) -> None:
    await mei.press("🍜")
    (first,) = await stack.rows(draft, draft.c.person_id == mei.id)
    await stack.delete_rows(draft, draft.c.person_id == mei.id)
    await mei.tap(Tap.HOME, argument=1)
    await mei.press("🍜")
    (second,) = await stack.rows(draft, draft.c.person_id == mei.id)
    assert second["version"] > first["version"]


async def test_a_store_of_another_campus_can_not_be_chosen(stack: BotStack, mei: BotUser) -> None:
    await mei.press("🍜")
    (basket,) = await stack.rows(draft, draft.c.person_id == mei.id)
    (southern,) = await stack.rows(store, store.c.campus_id == stack.campuses["south"])
    answer = await mei.tap(Tap.STORE, southern["id"], basket["version"])
    assert "out of date" in answer["text"]


async def test_without_a_card_the_order_waits_and_one_link_is_asked_for(stack: BotStack) -> None:
    mei = await stack.add_person()
    await _open_review(mei)
    assert "No card yet" in await mei.text()
    (basket,) = await stack.rows(draft, draft.c.person_id == mei.id)
    assert "Only a card is missing" in await mei.screen_after("Place order")
    answer = await mei.tap(Tap.PLACE, 800, basket["version"])
    assert "link" in answer["text"]
    assert len(await stack.rows(saga, saga.c.person_id == mei.id, saga.c.kind == "save_card")) == 1
    (waiting,) = await stack.rows(draft, draft.c.person_id == mei.id)
    assert waiting["asked_ceiling"] == 800
    assert await stack.rows(orders, orders.c.customer_id == mei.id) == []


async def test_adding_a_card_twice_in_a_row_asks_for_one_link(stack: BotStack) -> None:
    mei = await stack.add_person()
    for _ in range(2):
        assert "link" in (await mei.tap(Tap.ADD_CARD))["text"]
    assert len(await stack.rows(saga, saga.c.person_id == mei.id, saga.c.kind == "save_card")) == 1


async def test_while_an_order_is_being_placed_the_same_basket_is_not_offered_again(mei: BotUser) -> None:
    order_id = await mei.order_food()
    assert f"#{order_id} is being placed" in await mei.screen_after_tap(Tap.ORDER_FOOD, argument=1)
    assert not any(label.startswith("Place order") for label in await mei.labels())


async def test_a_line_after_placing_is_no_note_any_more(stack: BotStack, mei: BotUser) -> None:
    await mei.order_food()
    assert await stack.rows(conversation_state, conversation_state.c.person_id == mei.id) == []
    assert "I did not understand" in await mei.answer_to("hello?")


async def test_a_paused_campus_takes_no_orders_and_keeps_the_basket(stack: BotStack, mei: BotUser) -> None:
    await _open_review(mei)
    await stack.update_rows(campus, campus.c.id == stack.campuses["north"], paused=True)
    answer = await mei.press("Place order")
    assert "No orders right now" in answer["text"]
    assert len(await stack.rows(draft, draft.c.person_id == mei.id)) == 1


async def test_a_basket_of_a_store_that_is_gone_asks_for_another_store(stack: BotStack, mei: BotUser) -> None:
    """The bot used to call every [Order food] outdated, so the basket could not be changed."""
    await mei.press("🍜", "Koufu")
    koufu = (store.c.campus_id == stack.campuses["north"], store.c.name == "Koufu")
    await stack.update_rows(store, *koufu, active=False)
    await mei.write("/start")
    await mei.press("🍜")
    labels = await mei.labels()
    await stack.update_rows(store, *koufu, active=True)
    assert not any("Koufu" in label for label in labels)
    assert any("Another" in label for label in labels)


async def test_two_campuses_are_served_by_one_process(stack: BotStack, mei: BotUser) -> None:
    southern = BotUser(id=mei.id, stack=stack, bot=SOUTH)
    assert "South" in await southern.answer_to("/start")
    assert "North" in await mei.text()
    order_id = await southern.order_food()
    assert (await stack.order_row(order_id))["campus_id"] == stack.campuses["south"]


async def test_text_that_is_no_answer_gets_help_with_buttons(stack: BotStack) -> None:
    mei = await stack.add_person()
    assert "I did not understand" in await mei.answer_to("what is this")
    assert "🍜 Order food" in await mei.labels()
    await mei.write("/nonsense")
    assert "🍜 Order food" in await mei.labels()


async def _open_review(mei: BotUser) -> None:
    for label in ("🍜", "Koufu", "Chicken rice", "That's all", "Library"):
        await mei.press(label)
