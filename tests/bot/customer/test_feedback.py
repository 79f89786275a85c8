"""After a delivery: ratings of the runner, and problems that a customer reports."""

import pytest

from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.messaging.order_message import OrderMessageKind
from domain.messaging.tables import notification, order_message
from domain.orders.tables import orders
from domain.support.repository import count_ratings
from domain.support.tables import problem_case, rating
from tests.stack.bot_stack import BotStack, BotUser
from tests.stack.delivered_order_setup import (
    AdminChat,
    backdate_delivery,
    button_rows,
    deliver_order,
    order_message_for,
)
from tests.stack.order_setup import post_update, raw_message_update

pytestmark = pytest.mark.drill


async def test_a_rating_and_its_reason_are_two_taps_and_the_order_message_shows_them(stack: BotStack) -> None:
    mei, ana, order_id = await deliver_order(stack)
    before = await order_message_for(stack, OrderMessageKind.CUSTOMER, order_id, mei)
    assert button_rows(before) == [["👍 Good", "👎 Not good"], ["Problem"]]
    runners_before = (await order_message_for(stack, OrderMessageKind.RUNNER, order_id, ana)).digest
    assert "What was good?" in await mei.screen_after_tap(Tap.THUMB_UP, order_id, 7)
    assert "You said: 👍 fast" in await mei.screen_after("Fast")
    after = await order_message_for(stack, OrderMessageKind.CUSTOMER, order_id, mei)
    assert "You said: 👍 fast" in after.text
    assert button_rows(after) == [["Problem"]]
    assert (await order_message_for(stack, OrderMessageKind.RUNNER, order_id, ana)).digest == runners_before
    async with stack.work() as work:
        praise = await count_ratings(work, stack.campuses["north"], ana.id)
        elsewhere = await count_ratings(work, stack.campuses["south"], ana.id)
    assert (praise.deliveries, praise.thumbs_up, praise.thumbs_down, elsewhere.deliveries) == (1, 1, 0, 0)
    assert "1 delivery: 👍 1 thumb up, 👎 0 down" in await ana.answer_to("/me")


async def test_an_order_has_one_rating_and_it_may_be_changed_for_a_day(stack: BotStack) -> None:
    mei, _, order_id = await deliver_order(stack)
    await mei.tap(Tap.THUMB_UP, order_id, 7)
    assert "You said: 👍 good" in await mei.screen_after("Skip")
    await mei.press("Change it", "👎", "Cold")
    assert await _rating_row(stack, order_id) == (False, "cold")
    assert "out of date" in (await mei.tap(Tap.THUMB_REASON, order_id, 4))["text"]
    await backdate_delivery(stack, order_id)
    assert "until 24 hours" in (await mei.tap(Tap.THUMB_UP, order_id, 7))["text"]
    assert await _rating_row(stack, order_id) == (False, "cold")


async def test_nobody_rates_or_reports_for_another_customer(stack: BotStack) -> None:
    _, ana, order_id = await deliver_order(stack)
    for tap in (Tap.THUMB_UP, Tap.THUMB_REASON, Tap.PROBLEM, Tap.PROBLEM_KIND, Tap.PROBLEM_WORDLESS):
        assert "not yours" in (await ana.tap(tap, order_id, 1))["text"], tap
        assert "no such order" in (await ana.tap(tap, 999_999, 1))["text"], tap
    assert await stack.rows(rating, rating.c.order_id == order_id) == []
    assert await _case_rows(stack, order_id) == []


async def test_what_is_not_delivered_is_neither_rated_nor_reported(mei: BotUser) -> None:
    order_id = await mei.order_food()
    for tap in (Tap.THUMB_DOWN, Tap.PROBLEM, Tap.PROBLEM_WORDLESS):
        assert "not open for that" in (await mei.tap(tap, order_id, 1))["text"], tap


async def test_a_problem_told_in_a_line_becomes_a_case_with_the_orders_history(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    mei, ana, order_id = await deliver_order(stack)
    assert "What is wrong" in await mei.screen_after_tap(Tap.PROBLEM, order_id, 7)
    assert "something is missing" in await mei.screen_after("Missing")
    await mei.press("◀ My order")
    assert "did not understand" in await mei.answer_to("never mind")
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.press("Missing")
    await mei.write("No <b>laksa</b> & no chopsticks 🥢")
    (case,) = await _case_rows(stack, order_id)
    assert f"Case #{case['id']}" in await mei.text()
    (told,) = await admin_chat.new_messages()
    text = told["text"]
    for words in (
        f"Case #{case['id']}, order #{order_id}: something is missing",
        "No <b>laksa</b> & no chopsticks 🥢",
        "with the PIN",
        f"({ana.id})",
        "Receipt S$4.50, total S$7.30, agreed at most S$8.00",
        "Koufu → Library, door",
    ):
        assert words in text, words
    assert [button["text"] for row in told["buttons"] for button in row] == ["Answer", "Close case"]
    assert await stack.rows(notification, notification.c.chat_id == ana.id, notification.c.name.like("case:%")) == []
    rendered = await order_message_for(stack, OrderMessageKind.CUSTOMER, order_id, mei)
    assert f"Case #{case['id']} is open" in rendered.text
    assert "Case" not in (await order_message_for(stack, OrderMessageKind.RUNNER, order_id, ana)).text
    (line,) = await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.subject == "case")
    assert (line["event"], line["actor_id"], line["after"]) == ("opened", mei.id, "open")


async def test_a_photo_comes_with_the_case_and_so_do_the_receipt_and_the_proof(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    mei, _, order_id = await deliver_order(stack)
    await mei.write("for the next two lines", photo=True)
    photo = (await mei.messages())[-2]["photo"]
    await stack.update_rows(orders, orders.c.id == order_id, receipt_photo=photo, proof_photo=photo)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.press("Cold")
    await mei.write("ice cold", photo=True)
    told = await admin_chat.new_messages()
    assert all(each["photo"] for each in told)
    report, *others = sorted(told, key=lambda each: "ice cold" not in each["text"])
    assert "it was cold" in report["text"]
    assert sorted("receipt" in each["text"] for each in others) == [False, True]


async def test_a_report_too_long_is_cut_and_both_sides_are_told(stack: BotStack, admin_chat: AdminChat) -> None:
    mei, _, order_id = await deliver_order(stack)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.press("Wrong")
    assert "first 2000 characters" in await mei.answer_to("<😡>" * 1024)
    (told,) = await admin_chat.new_messages()
    assert "<😡><😡>" in told["text"] and "…" in told["text"]
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.write("\u202eאיפה האוכל " + "x" * 900, photo=True)
    more, photo = sorted(await admin_chat.new_messages(), key=lambda each: each["photo"] is not None)
    assert "x" * 900 in more["text"] and "\u202e" not in more["text"]
    assert photo["photo"] is not None and "the photo" in photo["text"]


async def test_a_report_with_a_video_is_refused_whole(stack: BotStack) -> None:
    mei, _, order_id = await deliver_order(stack)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.press("Wrong")
    film = {"file_id": "f", "file_unique_id": "f", "width": 1, "height": 1, "duration": 3}
    await post_update(stack, raw_message_update(mei, video=film, caption="all over the floor"))
    assert "words and photos only" in await mei.text()
    assert await _case_rows(stack, order_id) == []
    await mei.write("all over the floor")
    assert len(await _case_rows(stack, order_id)) == 1


async def test_a_second_problem_and_a_second_tap_make_no_second_case(stack: BotStack, admin_chat: AdminChat) -> None:
    mei, _, order_id = await deliver_order(stack)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.press("It never came", "Send without")
    await mei.tap(Tap.PROBLEM_WORDLESS, order_id, 4)
    (case,) = await _case_rows(stack, order_id)
    assert (case["kind"], case["story"], case["messages"]) == ("not_here", "", 1)
    assert "is open" in await mei.screen_after_tap(Tap.PROBLEM, order_id, 7)
    assert "Passed on" in await mei.answer_to("It is still not here")
    assert ["It is still not here" in each["text"] for each in await admin_chat.new_messages()] == [False, True]
    (case,) = await _case_rows(stack, order_id)
    assert case["messages"] == 2
    assert "Send this to the campus team?" in await mei.answer_to("hello?")


async def test_a_button_from_last_month_says_so_and_renders_the_order_message_again(stack: BotStack) -> None:
    mei, _, order_id = await deliver_order(stack)
    await backdate_delivery(stack, order_id)
    (before,) = await stack.rows(order_message, order_message.c.order_id == order_id, order_message.c.chat_id == mei.id)
    answer = await mei.tap(Tap.PROBLEM, order_id, 7)
    assert "until 24 hours after delivery" in answer["text"] and "talk to the campus team" in answer["text"]
    (after,) = await stack.rows(order_message, order_message.c.order_id == order_id, order_message.c.chat_id == mei.id)
    assert after["requested_revision"] > before["requested_revision"]
    for forged in (0, 5, 99):
        assert "out of date" in (await mei.tap(Tap.PROBLEM_KIND, order_id, forged))["text"]
    assert await _case_rows(stack, order_id) == []


async def test_a_reply_to_something_else_is_no_part_of_a_case(stack: BotStack) -> None:
    mei = await stack.add_person()
    await mei.write("what is this?", reply_to=(await mei.last_message())["message_id"])
    assert "did not understand" in await mei.text()


async def _rating_row(stack: BotStack, order_id: int) -> tuple[bool, str | None]:
    (row,) = await stack.rows(rating, rating.c.order_id == order_id)
    return row["good"], row["reason"]


async def _case_rows(stack: BotStack, order_id: int) -> list[dict[str, object]]:
    return await stack.rows(problem_case, problem_case.c.order_id == order_id)
