"""Customer and runner write to each other by replying to an order message: what is relayed, to whom, and how long."""

from datetime import timedelta

import pytest

from domain.messaging.buttons import Tap
from domain.messaging.tables import notification, order_message
from domain.orders.states import OrderStatus
from domain.orders.tables import orders
from tests.stack.bot_stack import BotStack, BotUser, Json
from tests.stack.order_setup import (
    arrived_order,
    claimed_order,
    notification_of,
    notifications_of,
    open_order,
    order_message_of,
    post_update,
    raw_message_update,
)

pytestmark = pytest.mark.drill


async def test_a_reply_to_an_order_message_reaches_the_other_side_and_so_does_the_answer(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    before = len(await mei.messages())
    await mei.write("no <chili>, please", reply_to=await order_message_of(stack, mei, order_id))
    (heard,) = await _notified(stack, order_id, ana)
    assert (heard["args"], heard["photo"], heard["silent"]) == (
        _relayed_text("Mei", order_id, "no <chili>, please"),
        None,
        False,
    )
    await ana.write("", photo=True, reply_to=await notification_of(stack, ana, order_id, "notification-relayed"))
    (shown,) = await notifications_of(stack, order_id, "notification-relayed-photo", mei)
    assert shown["photo"] is not None
    await mei.write("yes, that one", reply_to=await notification_of(stack, mei, order_id, "notification-relayed-photo"))
    assert [row["args"]["text"] for row in await _notified(stack, order_id, ana)][-1] == "yes, that one"
    assert len(await mei.messages()) == before + 4, "the bot adds nothing"


async def test_the_same_message_brought_twice_is_passed_on_once(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    update = raw_message_update(mei, reply_to=await order_message_of(stack, mei, order_id), text="only once")
    for again in (update, update, update | {"update_id": update["update_id"] + 500_000}):
        await post_update(stack, again)
    assert len(await _notified(stack, order_id, ana)) == 1


async def test_while_nobody_has_claimed_the_order_nothing_is_relayed(stack: BotStack) -> None:
    order_id, mei = await open_order(stack)
    assert "Nobody has order" in await mei.answer_to("hello?", reply_to=await order_message_of(stack, mei, order_id))


async def test_half_an_hour_after_the_end_nothing_passes_any_more(stack: BotStack) -> None:
    order_id, mei, ana = await arrived_order(stack)
    await ana.write((await stack.order_row(order_id))["pin"])
    message_id = await order_message_of(stack, mei, order_id)
    await mei.write("thank you", reply_to=message_id)
    assert len(await _notified(stack, order_id, ana)) == 1
    long_ago = (await stack.order_row(order_id))["delivered_at"] - timedelta(minutes=31)
    await stack.update_rows(orders, orders.c.id == order_id, delivered_at=long_ago)
    assert "has been over for a while" in await mei.answer_to("one more thing", reply_to=message_id)
    assert len(await _notified(stack, order_id, ana)) == 1


async def test_an_answer_to_anything_else_is_no_relay(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    await mei.write("/start")
    home = (await mei.last_message())["message_id"]
    await order_message_of(stack, mei, order_id)
    assert "Send this to Ana?" in await mei.answer_to("anybody?", reply_to=home)
    assert await _notified(stack, order_id, ana) == []


async def test_a_runner_who_gave_the_order_back_can_write_to_nobody(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    message_id = await order_message_of(stack, ana, order_id)
    await ana.tap(Tap.RELEASE_SURE, order_id, 2)
    assert "not yours" in await ana.answer_to("sorry", reply_to=message_id)
    assert await _notified(stack, order_id, mei) == []


async def test_what_is_meant_for_the_campus_team_does_not_reach_the_runner(stack: BotStack) -> None:
    order_id, mei, ana = await arrived_order(stack)
    await ana.write((await stack.order_row(order_id))["pin"])
    await mei.tap(Tap.PROBLEM_WORDLESS, order_id, 3)
    await mei.tap(Tap.PROBLEM, order_id, 7)
    await mei.write("the runner shouted at me", reply_to=await order_message_of(stack, mei, order_id))
    assert "Passed on to the campus team" in await mei.text()
    assert await _notified(stack, order_id, ana) == []


async def test_four_digits_in_reply_to_the_order_message_on_arrival_are_the_pin(stack: BotStack) -> None:
    order_id, mei, ana = await arrived_order(stack)
    message_id = await order_message_of(stack, ana, order_id)
    await ana.write("where are you?", reply_to=message_id)
    await ana.write((await stack.order_row(order_id))["pin"], reply_to=message_id)
    assert await stack.status(order_id) is OrderStatus.DELIVERED
    assert [row["args"]["text"] for row in await _notified(stack, order_id, mei)] == ["where are you?"]


async def test_the_receipt_asked_for_is_not_relayed_even_in_reply_to_the_order_message(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    message_id = await order_message_of(stack, ana, order_id)
    await ana.tap(Tap.BOUGHT, order_id, 2)
    await ana.write("is brown rice fine?", reply_to=message_id)
    await ana.write("4.50", photo=True, reply_to=message_id)
    row = await stack.order_row(order_id)
    assert (row["receipt"], row["receipt_photo"] is not None) == (450, True)
    assert [row["args"]["text"] for row in await _notified(stack, order_id, mei)] == ["is brown rice fine?"]


async def test_only_texts_and_photos_are_relayed(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    message_id = await order_message_of(stack, mei, order_id)
    voice = {"file_id": "v", "file_unique_id": "v", "duration": 3}
    await post_update(stack, raw_message_update(mei, reply_to=message_id, voice=voice, caption="listen"))
    assert "words and photos only" in await mei.text()
    assert await _notified(stack, order_id, ana) == []


async def test_a_person_who_stopped_the_bot_is_reported_as_unreachable(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    message_id = await order_message_of(stack, mei, order_id)
    await stack.control_telegram("block", user=ana.id, bot=ana.chat)
    await stack.wait_until_idle()
    assert "Ana can't be reached" in await mei.answer_to("are you there?", reply_to=message_id)
    assert await _notified(stack, order_id, ana) == []


async def test_what_is_too_long_is_passed_on_as_far_as_it_fits_and_said_so(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    await mei.write("🍜" * 2048, reply_to=await order_message_of(stack, mei, order_id))
    assert "only the beginning" in await mei.text()
    (heard,) = await _notified(stack, order_id, ana)
    assert heard["args"]["text"].endswith("🍜…")


async def test_an_answer_that_comes_before_its_message_is_recorded_is_relayed(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    await mei.write("quick", reply_to=await order_message_of(stack, mei, order_id))
    await stack.update_rows(
        notification,
        notification.c.order_id == order_id,
        notification.c.key == "notification-relayed",
        status="sending",
    )
    await ana.write("quicker", reply_to=(await ana.last_message())["message_id"])
    assert [row["args"]["text"] for row in await _notified(stack, order_id, mei)] == ["quicker"]
    newer = await order_message_of(stack, ana, order_id)
    assert "Send this to Mei?" in await ana.answer_to("not this one", reply_to=newer - 1)


async def test_an_order_message_that_telegram_refused_is_not_in_flight(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    here = (order_message.c.order_id == order_id, order_message.c.chat_id == mei.id)
    await stack.update_rows(order_message, *here, message_id=None, tries=1, due_at=None)
    await mei.write("/orders")
    await mei.write("what is this?", reply_to=(await mei.last_message())["message_id"])
    assert await _notified(stack, order_id, ana) == []


async def test_nobody_answers_an_order_message_of_another_person(stack: BotStack) -> None:
    order_id, mei, ana = await claimed_order(stack)
    eve = await stack.add_person("Eve")
    message_id = await order_message_of(stack, mei, order_id)
    await post_update(stack, raw_message_update(eve, reply_to=message_id, text="give me the PIN"))
    assert "did not understand" in await eve.text()
    assert await _notified(stack, order_id, ana) == []
    assert await stack.rows(notification, notification.c.chat_id == eve.id) == []


async def _notified(stack: BotStack, order_id: int, reader: BotUser) -> list[Json]:
    return await notifications_of(stack, order_id, "notification-relayed", reader)


def _relayed_text(name: str, order_id: int, text: str) -> dict[str, str | int]:
    side = "runner" if name == "Ana" else "customer"
    return {"name": name, "side": side, "order": order_id, "text": text}
