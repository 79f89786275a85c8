"""Messages that are changed after they were sent: the change counts, or a sentence says that it does not."""

import pytest

from domain.campuses.tables import campus
from domain.messaging.buttons import Tap
from domain.orders.drafts.tables import draft
from domain.orders.states import OrderStatus
from domain.support.tables import problem_case
from tests.stack.bot_stack import BASKET_PATH, BotStack, BotUser, Json
from tests.stack.delivered_order_setup import AdminChat, deliver_order
from tests.stack.order_setup import arrived_order, claimed_order, post_update, raw_message_update

NO = "does not count"


def changed_update(person: BotUser, **content: Json) -> Json:
    """Build an update about a changed message that simulated users cannot send."""
    built = raw_message_update(person, **content)
    return {"update_id": built["update_id"], "edited_message": built["message"] | {"edit_date": 2}}


async def draft_of(stack: BotStack, person: BotUser) -> Json:
    return await stack.row(draft, draft.c.person_id == person.id)


async def write(person: BotUser, text: str) -> int:
    """Send a message, and return its number."""
    return int((await person.write(text))["message"]["message_id"])


async def begin_items(mei: BotUser) -> None:
    await mei.write("/start")
    await mei.press("🍜", "Koufu")


async def test_a_corrected_price_counts_in_place_of_the_first_one(stack: BotStack, mei: BotUser) -> None:
    await begin_items(mei)
    await mei.write("2x Chicken rice")
    line = await write(mei, "toast 25.00")
    await mei.change_message(line, "toast 2.50")
    assert "S$2.50" in await mei.text()
    items = (await draft_of(stack, mei))["items"]
    assert [(item["name"], item["quantity"], item["price"]) for item in items] == [
        ("Chicken rice", 2, 420),
        ("toast", 1, 250),
    ]
    await mei.change_message(line, "toast 2.60")
    assert [item["price"] for item in (await draft_of(stack, mei))["items"]] == [420, 260]


async def test_a_corrected_place_note_fee_and_shop_count(stack: BotStack, mei: BotUser) -> None:
    await mei.write("/start")
    await mei.press(*BASKET_PATH)
    place = await write(mei, "Hall 4 room 2")
    await mei.change_message(place, "Hall 4 room 12")
    assert (await draft_of(stack, mei))["drop_point"] == "Hall 4 room 12"
    await mei.press("Add note")
    note = await write(mei, "no chilli")
    await mei.change_message(note, "no chilli, no egg")
    assert (await draft_of(stack, mei))["note"] == "no chilli, no egg"
    await mei.press("✏️ Fee")
    fee = await write(mei, "much")
    assert "no chilli" in str(await draft_of(stack, mei))
    await mei.change_message(fee, "3.50")
    assert (await draft_of(stack, mei))["delivery_fee"] == 350


async def test_a_change_after_something_else_was_done_does_not_count_and_says_so(stack: BotStack, mei: BotUser) -> None:
    await begin_items(mei)
    line = await write(mei, "toast 25.00")
    await mei.press("Chicken rice")
    before = await draft_of(stack, mei)
    await mei.change_message(line, "toast 2.50")
    assert NO in await mei.text()
    assert await draft_of(stack, mei) == before
    older = await write(mei, "hello")
    await write(mei, "there")
    await mei.change_message(older, "hello you")
    assert NO in await mei.text()


async def test_a_place_changed_while_the_bank_is_asked_does_not_move_the_order(stack: BotStack, mei: BotUser) -> None:
    await mei.write("/start")
    await mei.press(*BASKET_PATH)
    place = await write(mei, "Hall 4 room 2")
    await mei.press("Place order")
    await mei.change_message(place, "Hall 4 room 12")
    assert NO in await mei.text()
    assert (await draft_of(stack, mei))["drop_point"] == "Hall 4 room 2"


async def test_a_changed_line_is_another_try_while_the_question_is_open(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    typed = await write(ana, "four twenty")
    await ana.change_message(typed, "4.20")
    assert await stack.status(order_id) is OrderStatus.PLACED
    await ana.change_message(typed, "4.10")
    row = await stack.order_row(order_id)
    assert (row["receipt"], row["total"], row["runner_share"]) == (410, 690, 590)
    await ana.change_message(typed, "9.10")
    assert "more than the customer agreed to" in await ana.text() or "at most" in await ana.text()
    await ana.tap(Tap.PICKED_UP, order_id, 3)
    await ana.change_message(typed, "4.30")
    assert NO in await ana.text()
    assert (await stack.order_row(order_id))["receipt"] == 410


async def test_a_changed_pin_is_another_try(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    pin = (await stack.order_row(order_id))["pin"]
    wrong = "0000" if pin != "0000" else "1111"
    typed = await write(ana, wrong)
    assert (await stack.order_row(order_id))["pin_tries"] == 1
    await ana.change_message(typed, pin)
    assert await stack.status(order_id) is OrderStatus.DELIVERED


async def test_what_was_sent_on_is_not_changed_and_the_writer_reads_so(stack: BotStack, admin_chat: AdminChat) -> None:
    mei, _, order_id = await deliver_order(stack)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.press("Missing")
    told = await write(mei, "no laksa")
    await mei.change_message(told, "no kopi")
    assert NO in await mei.text()
    assert len(await stack.rows(problem_case, problem_case.c.order_id == order_id)) == 1
    assert not [each for each in await admin_chat.new_messages() if "kopi" in each["text"]]


async def test_a_line_that_waits_for_its_reader_is_changed_in_the_question(stack: BotStack) -> None:
    _, mei, _ = await claimed_order(stack)
    await write(mei, "please no chilli")
    second = await write(mei, "and two spoon")
    await mei.change_message(second, "and two spoons")
    text = await mei.text()
    assert "please no chilli" in text
    assert "and two spoons" in text
    assert text.count("and two") == 1


async def test_a_changed_command_acts_no_second_time(stack: BotStack, admin_chat: AdminChat) -> None:
    said = (await admin_chat.write("/pause lunch"))["message"]["message_id"]
    await admin_chat.answer_to("/resume")
    await admin_chat.sam.change_message(said, "/pause dinner", admin_chat.chat)
    assert NO in await admin_chat.text()
    assert not (await stack.row(campus, campus.c.id == stack.campuses["north"]))["paused"]


@pytest.mark.parametrize("changed", [{"location": {"latitude": 1.0, "longitude": 2.0}}, {"sticker": {}}])
async def test_a_change_of_anything_but_words_and_photos_is_not_for_the_bot(mei: BotUser, changed: Json) -> None:
    before = await mei.messages()
    await post_update(mei.stack, changed_update(mei, message_id=1, **changed))
    assert await mei.messages() == before


async def test_a_change_that_changes_no_word_is_silent(mei: BotUser) -> None:
    """Telegram tells of such changes too, as when the preview of a link was loaded."""
    await begin_items(mei)
    number = await write(mei, "toast 2.50")
    before = await mei.messages()
    await post_update(mei.stack, changed_update(mei, message_id=number, text="toast 2.50"))
    assert await mei.messages() == before
