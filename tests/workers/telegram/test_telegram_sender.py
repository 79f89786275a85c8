"""Telegram's answers: each becomes one plain outcome."""

import logging
from typing import Any

import pytest

from domain.messaging.buttons import Button, ButtonStyle
from domain.order_messages.view import OrderMessageContent
from tests.workers.telegram.sender_stack import ANA, GROUP, MEI, PLAIN_GROUP, TOKEN, SenderStack
from workers.telegram.outcomes import (
    Blocked,
    MessageGone,
    MessageRejected,
    Migrated,
    NotSent,
    RateLimited,
    SendOutcome,
    SendOutcomeUnknown,
    Sent,
    TokenRefused,
    Unchanged,
)
from workers.telegram.sender import open_telegram_sender

MESSAGE_CONTENT = OrderMessageContent(
    text="<b>hello</b>", rows=((Button(label="Go", data="v1:home:0:0", style=ButtonStyle.SUCCESS),),)
)


async def send_message(stack: SenderStack, chat_id: int = MEI) -> SendOutcome:
    return await stack.context.sender.send(stack.campus_id, chat_id, MESSAGE_CONTENT)


async def edit_message(stack: SenderStack, message_id: int, content: OrderMessageContent) -> SendOutcome:
    return await stack.context.sender.edit(stack.campus_id, MEI, message_id, content)


async def test_a_message_is_sent_edited_and_found_unchanged(stack: SenderStack) -> None:
    sent = await send_message(stack)
    assert isinstance(sent, Sent)
    assert await edit_message(stack, sent.message_id, MESSAGE_CONTENT) == Unchanged()
    assert await edit_message(stack, sent.message_id, OrderMessageContent(text="bye")) == sent
    (message,) = [one for one in await stack.messages() if one["text"] == "bye"]
    assert message["buttons"] == []


async def test_nothing_to_edit_means_a_new_message(stack: SenderStack) -> None:
    assert await edit_message(stack, 999, MESSAGE_CONTENT) == MessageGone()


async def test_reasons_why_a_chat_is_closed_are_told_apart(stack: SenderStack) -> None:
    moved = (await stack.control_telegram("migrate", chat=PLAIN_GROUP))["id"]
    await stack.control_telegram("block", user=MEI, bot="campus_bot")
    await stack.control_telegram("leave", chat=GROUP, bot="campus_bot", kicked=True)
    assert await send_message(stack, PLAIN_GROUP) == Migrated(moved)
    assert await send_message(stack) == Blocked("Forbidden: bot was blocked by the user")
    assert await send_message(stack, GROUP) == Blocked("Forbidden: bot was kicked from the supergroup chat")
    assert await send_message(stack, 424242) == Blocked("Chat not found")


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"kind": "status", "retry_after": 3}, RateLimited(3.0)),
        ({"kind": "status", "status": 400, "description": "Bad Request: message is too long"}, MessageRejected),
        ({"kind": "status", "status": 401}, TokenRefused),
        ({"kind": "status", "status": 500}, SendOutcomeUnknown),
        ({"kind": "status", "status": 502}, SendOutcomeUnknown),
        ({"kind": "lost_answer"}, SendOutcomeUnknown),
        ({"kind": "reset"}, SendOutcomeUnknown),
    ],
)
async def test_bad_answers_are_told_apart(
    stack: SenderStack, fault: dict[str, Any], outcome: SendOutcome | type[SendOutcome]
) -> None:
    await stack.control_telegram("faults", method="sendMessage", **fault)
    found = await send_message(stack, ANA)
    assert found == outcome or type(found) is outcome


async def test_nobody_answering_means_not_sent(stack: SenderStack, unused_tcp_port: int) -> None:
    nobody = open_telegram_sender(f"http://127.0.0.1:{unused_tcp_port}", {1: TOKEN})
    assert isinstance(await nobody.send(1, MEI, MESSAGE_CONTENT), NotSent)
    assert isinstance(await nobody.send(2, MEI, MESSAGE_CONTENT), NotSent)
    await nobody.close()


async def test_the_token_stays_out_of_the_logs(stack: SenderStack, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await send_message(stack)
    assert TOKEN not in caplog.text
