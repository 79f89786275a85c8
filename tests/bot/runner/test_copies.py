"""A copy of an order message: its [Claim] works while the order is open, and the tap closes the copy."""

import json

from domain.messaging.tables import order_message
from domain.orders.states import OrderStatus
from domain.orders.tables import orders
from tests.stack.bot_stack import NORTH, BotStack, BotUser
from tests.stack.order_setup import open_order


async def group_message(stack: BotStack, order_id: int) -> int:
    """Send a message with [Claim] to the runner group, as a worker does."""
    button = {"text": "Claim", "callback_data": f"v1:claim:{order_id}:1"}
    form = {
        "chat_id": stack.groups["north"],
        "text": "a job",
        "reply_markup": json.dumps({"inline_keyboard": [[button]]}),
    }
    return int((await stack.call_telegram(NORTH[1], "sendMessage", **form))["message_id"])


async def twice_shown_order(stack: BotStack) -> tuple[int, int, int]:
    """An open order with two messages in the group: its number, the copy, and the one that is kept up to date."""
    order_id, _ = await open_order(stack)
    copy, kept = await group_message(stack, order_id), await group_message(stack, order_id)
    values = {"campus_id": stack.campuses["north"], "order_id": order_id, "kind": "group", "message_id": kept}
    await stack.insert(order_message, chat_id=stack.groups["north"], **values)
    return order_id, copy, kept


async def claim_on(stack: BotStack, runner: BotUser, order_id: int, message_id: int) -> str:
    """Tap [Claim] under this message, and return what the small window says."""
    data = f"v1:claim:{order_id}:1"
    answer = await runner.forge_tap(data, message_id=message_id, chat=stack.groups["north"])
    return str(answer["text"])


async def shown(stack: BotStack, runner: BotUser, message_id: int) -> tuple[str, bool]:
    """The text of a message in the group as it is now, and whether it has a button."""
    found = await stack.control_telegram("messages", "GET", chat=stack.groups["north"], user=runner.id)
    (message,) = [each for each in found if each["message_id"] == message_id]
    return message["text"], bool(message["buttons"])


async def test_a_claim_on_a_copy_counts_and_closes_the_copy(stack: BotStack, ana: BotUser) -> None:
    order_id, copy, kept = await twice_shown_order(stack)
    assert "is yours" in await claim_on(stack, ana, order_id, copy)
    assert await stack.status(order_id) is OrderStatus.ACCEPTED
    text, has_button = await shown(stack, ana, copy)
    assert text == f"📋 #{order_id} goes on in its newest message in this chat."
    assert not has_button
    assert (await shown(stack, ana, kept))[0] == "a job", "a worker keeps that one up to date"


async def test_the_copy_of_a_cancelled_order_is_refused_and_closed(stack: BotStack, ana: BotUser) -> None:
    order_id, copy, _ = await twice_shown_order(stack)
    await stack.update_rows(orders, orders.c.id == order_id, status=OrderStatus.CANCELLED)
    refused = await claim_on(stack, ana, order_id, copy)
    assert refused == "This order is not open for that any more."
    assert await stack.status(order_id) is OrderStatus.CANCELLED
    text, has_button = await shown(stack, ana, copy)
    assert ("goes on in its newest message" in text, has_button) == (True, False)


async def test_the_message_that_is_kept_is_not_closed(stack: BotStack, ana: BotUser) -> None:
    order_id, _, kept = await twice_shown_order(stack)
    await claim_on(stack, ana, order_id, kept)
    assert await shown(stack, ana, kept) == ("a job", True)


async def test_nobody_closes_another_message_by_forged_callback_data(stack: BotStack, ana: BotUser) -> None:
    order_id, _, _ = await twice_shown_order(stack)
    other_order, other_copy, _ = await twice_shown_order(stack)
    assert other_order != order_id
    await claim_on(stack, ana, order_id, other_copy)
    assert await shown(stack, ana, other_copy) == ("a job", True)
