"""The reason of an admin's act is asked for where it is missing, and taken as a reply, a tap or a typed line."""

import pytest

from domain.campuses.people import RunnerStatus
from domain.messaging.buttons import Tap
from domain.orders.drafts.tables import conversation_state
from domain.orders.states import OrderStatus
from domain.restrictions.tables import restriction
from domain.saga.tables import saga
from tests.bot.admin.test_admin_refunds import paid_order, refund_rows
from tests.stack.bot_stack import NORTH, BotStack, BotUser, Json
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.order_setup import claimed_order, make_stuck_saga, open_order

pytestmark = pytest.mark.drill


async def bought_order(stack: BotStack) -> tuple[int, BotUser, BotUser]:
    """Insert an order whose food is bought."""
    order_id, mei, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2)
    return order_id, mei, ana


async def asked(chat: AdminChat) -> Json:
    """The bot's newest message in the admin chat, which asks for a reason."""
    said = await chat.sam.last_message(chat.chat)
    assert "Reply to this message with the reason, or tap one." in said["text"]
    return said


async def tap_ready(chat: AdminChat, question: Json, label: str) -> None:
    (data,) = [each["data"] for row in question["buttons"] for each in row if each["text"] == label]
    await chat.sam.forge_tap(data, message_id=question["message_id"], chat=chat.chat)


async def shown(chat: AdminChat, question: Json) -> Json:
    """The message as it is now."""
    (found,) = [each for each in await chat.sam.messages(chat.chat) if each["message_id"] == question["message_id"]]
    return found


async def test_a_command_without_a_reason_asks_and_a_reply_completes_it(stack: BotStack, admin_chat: AdminChat) -> None:
    order_id, _ = await open_order(stack)
    await admin_chat.write(f"/cancel {order_id}")
    question = await asked(admin_chat)
    assert await stack.status(order_id) is OrderStatus.CREATED
    await admin_chat.sam.write("the kitchen burns", admin_chat.chat, reply_to=question["message_id"])
    order = await stack.order_row(order_id)
    assert (order["status"], order["end_note"]) == (OrderStatus.CANCELLED, "the kitchen burns")
    settled = await shown(admin_chat, question)
    assert settled["buttons"] == []
    assert settled["text"] == f"✔️ /cancel {order_id} · Sam\nthe kitchen burns"


async def test_a_ready_answer_completes_the_command_and_settles_the_question(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    order_id, _ = await open_order(stack)
    await admin_chat.write(f"/order {order_id}")
    await admin_chat.tap(Tap.ADMIN_ACTION, order_id, 1)
    question = await asked(admin_chat)
    await tap_ready(admin_chat, question, "The shop is closed")
    order = await stack.order_row(order_id)
    assert (order["status"], order["end_note"]) == (OrderStatus.CANCELLED, "The shop is closed")
    assert "The shop is closed" in (await shown(admin_chat, question))["text"]
    assert "Leave it as it is" not in str((await shown(admin_chat, question))["buttons"])


async def test_leaving_it_does_nothing_and_says_so(stack: BotStack, admin_chat: AdminChat) -> None:
    order_id, _ = await open_order(stack)
    await admin_chat.write(f"/cancel {order_id}")
    question = await asked(admin_chat)
    await tap_ready(admin_chat, question, "Leave it as it is")
    assert await stack.status(order_id) is OrderStatus.CREATED
    left = await shown(admin_chat, question)
    assert (left["text"], left["buttons"]) == (f"Left as it is. Nothing was done: /cancel {order_id}", [])


async def test_in_a_private_chat_the_next_line_is_the_reason(stack: BotStack) -> None:
    sam, (order_id, _) = await stack.add_admin(), await open_order(stack)
    assert "Type the reason in one line, or tap one." in await sam.answer_to(f"/cancel {order_id}")
    await sam.write("the kitchen burns")
    assert (await stack.order_row(order_id))["end_note"] == "the kitchen burns"
    other, _ = await open_order(stack)
    await sam.write(f"/cancel {other}")
    await sam.press("No runner is free")
    assert (await stack.order_row(other))["end_note"] == "No runner is free"


@pytest.mark.parametrize("command", ["release", "finish", "cancel", "close platform", "resolve", "suspend", "unbar"])
async def test_every_command_that_needs_a_reason_asks_for_it(
    stack: BotStack, admin_chat: AdminChat, command: str
) -> None:
    order_id, _, ana = await bought_order(stack)
    name, _, rest = command.partition(" ")
    subject = {"resolve": await make_stuck_saga(stack), "suspend": ana.id, "unbar": ana.id}.get(name, order_id)
    before = await stack.rows(saga)
    typed = " ".join(each for each in (f"/{name}", str(subject), rest) if each)
    await admin_chat.write(typed)
    assert (await asked(admin_chat))["text"].endswith(typed)
    assert (await stack.status(order_id), len(await stack.rows(saga))) == (OrderStatus.PLACED, len(before))
    assert await stack.runner_status(ana) == RunnerStatus.APPROVED


async def test_nobody_but_an_admin_answers_the_question(stack: BotStack, admin_chat: AdminChat) -> None:
    order_id, _ = await open_order(stack)
    await admin_chat.write(f"/cancel {order_id}")
    question = await asked(admin_chat)
    mei = await stack.add_customer()
    both = [admin_chat.sam.id, mei.id]
    await stack.control_telegram("groups", id=admin_chat.chat, title="Desk", members=both, bots=[NORTH[2]])
    (data,) = [each["data"] for row in question["buttons"] for each in row if each["text"] == "The shop is closed"]
    await mei.forge_tap(data, message_id=question["message_id"], chat=admin_chat.chat)
    await mei.write("because", admin_chat.chat, reply_to=question["message_id"])
    await stack.wait_until_idle()
    assert await stack.status(order_id) is OrderStatus.CREATED


async def test_a_reply_to_anything_else_completes_nothing(stack: BotStack, admin_chat: AdminChat) -> None:
    order_id, _ = await open_order(stack)
    await admin_chat.write(f"/order {order_id}")
    other = await admin_chat.sam.last_message(admin_chat.chat)
    await admin_chat.sam.write("/cancel", admin_chat.chat, reply_to=other["message_id"])
    await admin_chat.sam.write("because", admin_chat.chat, reply_to=other["message_id"])
    await stack.wait_until_idle()
    assert await stack.status(order_id) is OrderStatus.CREATED


@pytest.mark.parametrize("second", ["a tap", "a reply"])
async def test_two_admins_who_answer_one_question_act_once(stack: BotStack, admin_chat: AdminChat, second: str) -> None:
    _, _, order_id = await paid_order(stack)
    tom, sam, chat = await stack.add_admin("Tom"), admin_chat.sam, admin_chat.chat
    await stack.control_telegram("groups", id=chat, title="Desk", members=[sam.id, tom.id], bots=[NORTH[2]])
    await admin_chat.write(f"/refund {order_id} 2.00 platform")
    question = await asked(admin_chat)
    gone: Json = {"kind": "status", "status": 400, "description": "Bad Request: message to edit not found"}
    await stack.control_telegram("faults", method="editMessageText", chat=chat, **gone)
    await tap_ready(admin_chat, question, "Something missing")
    (cold,) = [each["data"] for row in question["buttons"] for each in row if each["text"] == "The food was cold"]
    if second == "a tap":
        assert "out of date" in (await tom.forge_tap(cold, message_id=question["message_id"], chat=chat))["text"]
    else:
        await tom.write("it was cold", chat, reply_to=question["message_id"])
        await stack.wait_until_idle()
    assert await refund_rows(stack, order_id) == [(200, 0, "Something missing")]


async def test_a_typed_reason_and_a_ready_one_are_one_answer(stack: BotStack) -> None:
    sam, (_, _, order_id) = await stack.add_admin(), await paid_order(stack)
    await sam.write(f"/refund {order_id} 2.00 platform")
    question = await sam.last_message()
    await sam.write("sauce missing")
    (cold,) = [each["data"] for row in question["buttons"] for each in row if each["text"] == "The food was cold"]
    assert "out of date" in (await sam.forge_tap(cold, message_id=question["message_id"]))["text"]
    assert await refund_rows(stack, order_id) == [(200, 0, "sauce missing")]


async def test_a_question_that_was_left_is_not_answered_later(stack: BotStack, admin_chat: AdminChat) -> None:
    order_id, _ = await open_order(stack)
    await admin_chat.write(f"/cancel {order_id}")
    question = await asked(admin_chat)
    gone: Json = {"kind": "status", "status": 400, "description": "Bad Request: message to edit not found"}
    await stack.control_telegram("faults", method="editMessageText", chat=admin_chat.chat, **gone)
    await tap_ready(admin_chat, question, "Leave it as it is")
    await tap_ready(admin_chat, question, "The shop is closed")
    assert await stack.status(order_id) is OrderStatus.CREATED


async def test_close_asks_in_the_admin_chat_who_bears_it_and_then_why(stack: BotStack, admin_chat: AdminChat) -> None:
    order_id, _, _ = await bought_order(stack)
    await admin_chat.write(f"/order {order_id}")
    await admin_chat.tap(Tap.ADMIN_ACTION, order_id, 4)
    assert "Who bears it?" in await admin_chat.text()
    await admin_chat.tap(Tap.ADMIN_ACTION_SURE, order_id, 5)
    question = await asked(admin_chat)
    assert question["text"].endswith(f"It completes /close {order_id} platform")
    assert "we bear the food" in question["text"]
    await tap_ready(admin_chat, question, "The food was lost")
    assert await stack.status(order_id) is OrderStatus.CANCELLED


@pytest.mark.parametrize("terms", ["bar {} 7d money", "limit {} 7d conduct 20.00"])
async def test_a_bar_or_a_limit_without_a_reason_is_asked_for_it(
    stack: BotStack, admin_chat: AdminChat, terms: str
) -> None:
    mei = await stack.add_customer()
    command = f"/{terms.format(mei.id)}"
    await admin_chat.write(command)
    question = await asked(admin_chat)
    assert question["text"].endswith(f"It completes {command}")
    await admin_chat.sam.write("three fakes", admin_chat.chat, reply_to=question["message_id"])
    assert "three fakes" in await admin_chat.text()
    proposed = await stack.row(restriction, restriction.c.person_id == mei.id)
    assert (proposed["status"], proposed["note"]) == ("proposed", "three fakes")


async def test_a_late_tap_on_the_other_bearer_leaves_the_question_alone(stack: BotStack, admin_chat: AdminChat) -> None:
    order_id, _, _ = await bought_order(stack)
    await admin_chat.write(f"/order {order_id}")
    await admin_chat.tap(Tap.ADMIN_ACTION, order_id, 4)
    who = await admin_chat.sam.last_message(admin_chat.chat)
    await admin_chat.tap(Tap.ADMIN_ACTION_SURE, order_id, 5)
    question = await asked(admin_chat)
    for late in (who, question):
        answer = await admin_chat.sam.tap(
            Tap.ADMIN_ACTION_SURE, order_id, 6, message_id=late["message_id"], chat=admin_chat.chat
        )
        assert "out of date" in answer["text"]
    assert (await shown(admin_chat, who))["text"] == f"✔️ /close {order_id} platform · Sam"
    assert (await shown(admin_chat, question))["text"] == question["text"]


async def test_a_reply_to_a_question_that_is_closed_says_so_and_leaves_the_open_one(stack: BotStack) -> None:
    sam, (first, _), (second, _) = await stack.add_admin(), await open_order(stack), await open_order(stack)
    await sam.write(f"/cancel {first}")
    closed = (await sam.last_message())["message_id"]
    await sam.write(f"/cancel {second}")
    said = await sam.answer_to("the kitchen burns", reply_to=closed)
    assert said.startswith("This question is no longer open, and nothing was done.")
    assert f"write /cancel {first} and your answer" in said
    assert (await stack.status(first), await stack.status(second)) == (OrderStatus.CREATED, OrderStatus.CREATED)
    await sam.write("no rice")
    assert (await stack.order_row(second))["end_note"] == "no rice"


async def test_what_is_refused_in_the_admin_chat_leaves_the_question_in_private(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    order_id, _ = await open_order(stack)
    await admin_chat.sam.write(f"/cancel {order_id}")
    await admin_chat.write("/cancel 999999 no such order")
    await admin_chat.sam.write("the kitchen burns")
    assert (await stack.order_row(order_id))["end_note"] == "the kitchen burns"


async def test_a_ready_answer_to_a_question_of_an_earlier_release_is_taken(stack: BotStack) -> None:
    sam, number = await stack.add_admin(), await make_stuck_saga(stack)
    await sam.tap(Tap.RESOLVE, number)
    await stack.update_rows(conversation_state, conversation_state.c.person_id == sam.id, detail=None)
    await sam.press("Settled at Stripe")
    assert (await stack.row(saga, saga.c.number == number))["status"] == "resolved"
