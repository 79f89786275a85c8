"""Photos and relayed messages: what exceeds Telegram's own limits, and a long list that is folded."""

import pytest
from sqlalchemy import select, update

from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus
from domain.campuses.tables import membership
from domain.messaging.tables import notification
from domain.order_messages.view import OrderMessageContent
from domain.orders.repository import find_order
from domain.orders.states import OrderStatus
from domain.support.use_cases import relay
from tests.workers.telegram.sender_stack import ANA, BOT, MEI, SenderStack
from workers.telegram.outcomes import Sent

HOSTILE_TEXT = "<b>&amp;</b>\u202e🍜 "


@pytest.mark.parametrize("with_photo", [True, False])
async def test_the_longest_relayed_text_is_sent_with_a_photo_or_without(stack: SenderStack, with_photo: bool) -> None:
    order = await stack.add_order()
    await stack.change_order(order, status=OrderStatus.ACCEPTED, runner_id=ANA, pin="4817")
    photo = await stack.upload_photo() if with_photo else None
    async with stack.context.database() as work:
        await work.connection.execute(update(membership).values(admitted=True))
        campus, mei = await find_campus(work, stack.campus_id), await find_member(work, stack.campus_id, MEI)
        words = (HOSTILE_TEXT * 400)[:4096]
        claimed = await find_order(work, stack.campus_id, order.id)
        passed = await relay.relay_message(work, campus, mei, claimed, words, photo=photo, message_id=1)
    assert passed == relay.Relayed(shortened=True)
    await stack.send_all_due()
    async with stack.context.database() as work:
        row = (await work.connection.execute(select(notification).where(notification.c.chat_id == ANA))).one()
        assert (row.status, row.error) == ("sent", None)
        again = await relay.find_order_of_message(work, campus, ANA, row.message_id)
        assert again is not None
        assert again.id == order.id
        assert await relay.find_order_of_message(work, campus, MEI, row.message_id) is None
    assert len(await stack.calls("sendPhoto" if with_photo else "sendMessage", ANA)) == 2 - with_photo


async def test_the_writer_of_an_undeliverable_message_is_told(stack: SenderStack) -> None:
    order = await stack.add_order()
    await stack.show_change(order, status=OrderStatus.ACCEPTED, runner_id=ANA, pin="4817")
    await stack.control_telegram("block", user=ANA, bot=BOT)
    async with stack.context.database() as work:
        await work.connection.execute(update(membership).values(admitted=True))
        campus, mei = await find_campus(work, stack.campus_id), await find_member(work, stack.campus_id, MEI)
        claimed = await find_order(work, stack.campus_id, order.id)
        await relay.relay_message(work, campus, mei, claimed, "hello?", photo=None, message_id=1)
    await stack.send_all_due()
    assert "Ana could not be reached" in (await stack.chat_texts())[-1]


async def test_a_long_list_is_folded_in_the_order_message(stack: SenderStack) -> None:
    order = await stack.add_order()
    line = {"name": "rice <&>", "quantity": 2, "price": 100}
    await stack.show_change(order, items=[line] * 4)
    messages = await stack.messages()
    (message,) = [one for one in messages if "looking for a runner" in one["text"]]
    listed = "\n".join(["2 × <i>rice &lt;&amp;&gt;</i>"] * 4)
    assert f"<blockquote expandable>{listed}</blockquote>" in message["html"]


REFUSED_PHOTOS = {  # None: the stand-in refuses a file id that it does not know, as Telegram that of another bot
    "of another bot": None,
    "not allowed here": "Bad Request: not enough rights to send photos to the chat",
}


@pytest.mark.parametrize("why", REFUSED_PHOTOS)
async def test_words_whose_photo_telegram_refuses_are_sent_alone_and_can_be_edited(
    stack: SenderStack, why: str
) -> None:
    said = REFUSED_PHOTOS[why]
    photo = "AgACAgQAAxkBof-another-bot" if said is None else await stack.upload_photo()
    if said is not None:
        await stack.inject_fault("status", method="sendPhoto", status=400, description=said)
    number = await stack.write_line("cold rice", photo=photo)
    await stack.send_all_due()
    row = await stack.notification_row(number)
    assert (row.status, row.error) == ("sent", None)
    assert await stack.dead_letters() == []
    (text,) = await stack.chat_texts()
    assert "cold rice" in text and "did not take the photo" in text
    content = OrderMessageContent(text="settled", rows=())
    sender = stack.context.sender
    outcome = await sender.edit(stack.campus_id, MEI, row.message_id, content, has_photo=True)
    assert outcome == Sent(row.message_id)
    assert await stack.chat_texts() == ["settled"]
