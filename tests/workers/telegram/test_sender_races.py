"""Several workers and a changing order: no order message is sent twice at once, and the last state wins."""

import asyncio

from tests.cases import case
from tests.workers.telegram.sender_stack import CLAIMED, SenderStack
from workers.telegram.order_message_sender import sync_order_message


async def test_many_workers_send_a_new_order_message_once(stack: SenderStack) -> None:
    await stack.add_order()
    message_row = await stack.order_message_row("customer")
    await asyncio.gather(*(sync_order_message(stack.context, message_row.id) for _ in range(5)))
    assert len(await stack.calls("sendMessage")) == 1


async def test_a_change_during_the_first_sending_becomes_an_edit_not_a_second_message(stack: SenderStack) -> None:
    await stack.inject_fault("hang", seconds=0.5)
    order = await stack.add_order()
    message_row = await stack.order_message_row("customer")
    sending = asyncio.create_task(sync_order_message(stack.context, message_row.id))
    await stack.wait_until_in_flight("sendMessage")
    await stack.change_order(order, **CLAIMED)
    await sync_order_message(stack.context, message_row.id)
    await sending
    await stack.send_all_due()
    (text,) = await stack.chat_texts()
    assert "Ana is on it" in text


@case(5)
async def test_a_worker_killed_while_sending_leaves_the_message_to_the_next(stack: SenderStack) -> None:
    await stack.inject_fault("hang", seconds=2)
    await stack.add_order()
    message_row = await stack.order_message_row("customer")
    sending = asyncio.create_task(sync_order_message(stack.context, message_row.id))
    await stack.wait_until_in_flight("sendMessage")
    sending.cancel()
    await asyncio.wait([sending])
    assert (await stack.order_message_row("customer")).due_at is not None
    await stack.make_due()
    await stack.send_all_due()
    assert (await stack.order_message_row("customer")).message_id is not None
