"""Photos that are sent together: every place that takes a photo takes them as one answer."""

import pytest

from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.orders.states import OrderStatus
from domain.orders.tables import timer
from domain.support.tables import problem_case
from tests.stack.bot_stack import BotStack, BotUser, Json
from tests.stack.delivered_order_setup import AdminChat, deliver_order
from tests.stack.order_setup import arrived_order, claimed_order, open_order, order_message_of

FIRST_ONLY = "keep the first one only"


async def replies_to(person: BotUser, count: int, text: str = "", **more: Json) -> tuple[list[str], list[str]]:
    """Send an album; return its file ids, and what the bot said to it."""
    before = len(await person.messages())
    photos = await person.write_album(count, text, **more)
    return photos, [each["text"] for each in (await person.messages())[before:] if each["from"]["is_bot"]]


@pytest.mark.parametrize("captioned", [1, 2])
async def test_a_receipt_in_two_photos_is_bought_once_with_the_amount_under_either(
    stack: BotStack, captioned: int
) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    photos, said = await replies_to(ana, 3, "4.50", captioned=captioned)
    row = await stack.order_row(order_id)
    assert (row["status"], row["receipt"], row["receipt_photo"]) == ("PLACED", 450, photos[captioned - 1])
    assert sum(FIRST_ONLY in each for each in said) == (1 if captioned == 1 else 0)
    assert len(said) == 2


async def test_photos_without_being_asked_keep_the_first_and_say_so_once(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2)
    photos, said = await replies_to(ana, 4)
    assert (await stack.order_row(order_id))["receipt_photo"] == photos[0]
    assert [FIRST_ONLY in each for each in said] == [False, True]


async def test_food_left_in_three_photos_is_delivered_once(stack: BotStack) -> None:
    order_id, _, ana = await arrived_order(stack)
    absent = (timer.c.order_id == order_id, timer.c.kind == "absent")
    await stack.update_rows(timer, *absent, status="fired")
    await ana.tap(Tap.LEAVE, order_id, 1)
    photos, said = await replies_to(ana, 3)
    row = await stack.order_row(order_id)
    assert (row["status"], row["proof_photo"]) == (OrderStatus.DELIVERED, photos[0])
    assert [FIRST_ONLY in each for each in said] == [False, True]


async def test_a_problem_in_three_photos_is_one_case_with_all_of_them_and_one_answer(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    mei, _, order_id = await deliver_order(stack)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.press("Missing")
    photos, said = await replies_to(mei, 3, "no laksa")
    (case,) = await stack.rows(problem_case, problem_case.c.order_id == order_id)
    sent = await stack.rows(notification, notification.c.order_id == order_id, notification.c.photo.is_not(None))
    assert (case["messages"], {row["photo"] for row in sent}) == (3, set(photos))
    assert len(said) == 1
    more, said = await replies_to(mei, 2, "and this", reply_to=(await mei.last_message())["message_id"])
    assert len(said) <= 1
    assert FIRST_ONLY not in str(said)
    answered = (await admin_chat.new_messages())[-1]
    replied = {"reply_to": answered["message_id"]}
    before = len(await admin_chat.sam.messages(admin_chat.chat))
    await admin_chat.sam.write_album(3, "We saw it", admin_chat.chat, **replied)
    said_there = (await admin_chat.sam.messages(admin_chat.chat))[before:]
    assert len([each for each in said_there if each["from"]["is_bot"]]) == 1
    assert more


async def test_photos_for_the_other_side_all_go_to_them(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    shown = await order_message_of(stack, mei, order_id)
    photos, said = await replies_to(mei, 3, "this dish", reply_to=shown)
    sent = await stack.rows(notification, notification.c.order_id == order_id, notification.c.photo.is_not(None))
    assert ([row["photo"] for row in sent], said) == (photos, [])
    assert {row["chat_id"] for row in sent} == {ana.id}


async def test_an_album_that_is_refused_is_refused_once(stack: BotStack) -> None:
    order_id, _ = await open_order(stack)
    ana = await stack.add_runner()
    await ana.tap(Tap.CLAIM, order_id, 1)
    _, said = await replies_to(ana, 5)
    assert len(said) == 1
    assert (await stack.order_row(order_id))["receipt_photo"] is None
