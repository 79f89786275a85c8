"""A mistyped receipt: it is read back. Its runner corrects it until the pick-up, an admin until the hand-over."""

import pytest

from domain.campuses.tables import membership
from domain.database.tables import event_log
from domain.messaging.buttons import Tap
from domain.messaging.order_message import OrderMessageKind
from domain.messaging.tables import notification
from domain.orders.states import OrderStatus
from tests.stack.bot_stack import BotStack
from tests.stack.delivered_order_setup import AdminChat, order_message_for
from tests.stack.order_setup import arrived_order, claimed_order

pytestmark = pytest.mark.drill


async def test_a_mistyped_receipt_is_read_back_and_corrected(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    assert "S$2.40" in await ana.answer_to("2.40")
    await ana.press("Change amount")
    assert "you wrote S$2.40" in await ana.text()
    assert "S$4.20" in await ana.answer_to("4.20")
    row = await stack.order_row(order_id)
    assert (row["status"], row["receipt"], row["total"], row["runner_share"]) == (OrderStatus.PLACED, 420, 700, 600)
    (logged,) = await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.event == "receipt_changed")
    assert (logged["reason"], logged["actor_id"]) == ("from S$2.40 to S$4.20", ana.id)
    assert "S$7.00" in (await order_message_for(stack, OrderMessageKind.CUSTOMER, order_id, mei)).text


async def test_a_corrected_receipt_keeps_the_limit_and_the_question_stays_open(stack: BotStack) -> None:
    order_id, _, ana = await claimed_order(stack)
    await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2)
    await ana.tap(Tap.CHANGE_RECEIPT, order_id, 3)
    for wrong in ("9.00", "0", "much"):
        await ana.write(wrong)
        assert (await stack.order_row(order_id))["receipt"] == 420, wrong
    await ana.write("5.20")
    assert (await stack.order_row(order_id))["receipt"] == 520


async def test_after_the_pick_up_nobody_changes_the_receipt(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    assert "not open for that" in (await ana.tap(Tap.CHANGE_RECEIPT, order_id, 2))["text"]
    await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2)
    assert "not yours" in (await mei.tap(Tap.CHANGE_RECEIPT, order_id, 3))["text"]
    await ana.tap(Tap.CHANGE_RECEIPT, order_id, 3)
    await ana.tap(Tap.PICKED_UP, order_id, 3)
    await ana.write("4.00")
    assert (await stack.order_row(order_id))["receipt"] == 420
    assert "not open for that" in (await ana.tap(Tap.CHANGE_RECEIPT, order_id, 4))["text"]


async def test_an_admin_corrects_a_receipt_until_the_food_is_handed_over(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    order_id, mei, ana = await claimed_order(stack)
    assert "Nothing is bought" in await admin_chat.answer_to(f"/receipt {order_id} 4.00 typo")
    await ana.tap(Tap.BOUGHT_AS_ESTIMATED, order_id, 2)
    await ana.tap(Tap.PICKED_UP, order_id, 3)
    for refused in ("9.00 too much", "0 nothing", "4.20 the same", "much of it"):
        await admin_chat.write(f"/receipt {order_id} {refused}")
        assert (await stack.order_row(order_id))["receipt"] == 420, refused
    assert "S$4.20" in await admin_chat.answer_to(f"/receipt {order_id}")
    question = await admin_chat.sam.last_message(admin_chat.chat)
    said = await admin_chat.answer_to("5.00 they typed 4.20", reply_to=question["message_id"])
    assert "S$5.00" in said
    row = await stack.order_row(order_id)
    assert (row["status"], row["receipt"], row["total"], row["runner_share"]) == (OrderStatus.ON_THE_WAY, 500, 780, 680)
    (logged,) = await stack.rows(event_log, event_log.c.order_id == order_id, event_log.c.event == "receipt_changed")
    assert (logged["reason"], logged["actor_id"]) == ("from S$4.20 to S$5.00: they typed 4.20", admin_chat.sam.id)
    told = await stack.rows(notification, notification.c.key.like("notification-receipt-corrected%"))
    about = [(each["chat_id"], each["args"]) for each in told if each["order_id"] == order_id]
    assert [(chat, args["before"], args["receipt"], args["reason"]) for chat, args in sorted(about)] == [
        (mei.id, "S$4.20", "S$5.00", "they typed 4.20"),
        (ana.id, "S$4.20", "S$5.00", "they typed 4.20"),
    ]
    assert "S$7.80" in (await order_message_for(stack, OrderMessageKind.CUSTOMER, order_id, mei)).text


async def test_nobody_corrects_a_receipt_of_their_own_or_after_the_hand_over(
    stack: BotStack, admin_chat: AdminChat
) -> None:
    order_id, mei, ana = await arrived_order(stack)
    for one in (mei, ana):
        await one.write(f"/receipt {order_id} 4.00 why")
    await stack.update_rows(membership, membership.c.person_id == mei.id, is_admin=True)
    await mei.write(f"/receipt {order_id} 4.00 why")
    assert (await stack.order_row(order_id))["receipt"] == 420
    await admin_chat.write(f"/finish {order_id} both say so")
    assert "not open for that" in await admin_chat.answer_to(f"/receipt {order_id} 4.00 why")
    assert (await stack.order_row(order_id))["receipt"] == 420
