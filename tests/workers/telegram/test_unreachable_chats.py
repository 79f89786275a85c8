"""Chats that cannot be reached now: blocked, moved, or rate limited."""

import asyncio

import pytest
from sqlalchemy import select, update

from domain.campuses.people_repository import find_member
from domain.campuses.tables import campus, membership
from tests.workers.telegram.sender_stack import ANA, GROUP, MEI, PLAIN_GROUP, SenderStack

pytestmark = pytest.mark.drill


async def test_a_person_who_blocked_the_bot_gets_no_messages(stack: SenderStack) -> None:
    order = await stack.add_order()
    await stack.control_telegram("block", user=MEI, bot="campus_bot")
    await stack.send_all_due()
    async with stack.context.database() as work:
        assert not (await find_member(work, stack.campus_id, MEI)).reachable
    await stack.change_order(order, note="more")
    number = await stack.add_notification("after the block")
    await stack.send_all_due()
    assert len(await stack.calls("sendMessage", MEI)) == 1
    assert (await stack.notification_row(number)).status == "dropped"


async def test_a_person_who_comes_back_gets_order_messages_again(stack: SenderStack) -> None:
    order = await stack.add_order()
    await stack.control_telegram("block", user=MEI, bot="campus_bot")
    await stack.send_all_due()
    await stack.control_telegram("unblock", user=MEI, bot="campus_bot")
    async with stack.context.database() as work:
        await work.connection.execute(update(membership).values(reachable=True))
    await stack.show_change(order, note="hello again")
    assert len(await stack.chat_texts()) == 1


async def test_a_group_that_became_a_supergroup_is_followed(stack: SenderStack) -> None:
    order = await stack.add_order(group=PLAIN_GROUP)
    await stack.send_all_due()
    moved = (await stack.control_telegram("migrate", chat=PLAIN_GROUP))["id"]
    await stack.show_change(order, note="x", shop_limit=620, ceiling=900)
    async with stack.context.database() as work:
        assert (await work.connection.execute(select(campus.c.runner_group))).scalar_one() == moved
    message_row = await stack.order_message_row("group")
    assert (message_row.chat_id, message_row.due_at) == (moved, None)
    (text,) = await stack.chat_texts(chat=moved, user=ANA)
    assert "S$6.20" in text


async def test_a_notification_follows_the_group_too(stack: SenderStack) -> None:
    number = await stack.add_notification("to the admins", chat_id=PLAIN_GROUP)
    moved = (await stack.control_telegram("migrate", chat=PLAIN_GROUP))["id"]
    await stack.send_all_due()
    row = await stack.notification_row(number)
    assert (row.status, row.chat_id) == ("sent", moved)


async def test_too_many_requests_make_that_chat_wait_and_no_other(stack: SenderStack) -> None:
    await stack.inject_fault("status", retry_after=1)
    await stack.add_order()
    await stack.send_all_due()
    assert await stack.chat_texts() == []
    assert len(await stack.chat_texts(chat=GROUP, user=ANA)) == 1
    await stack.make_due()  # the row's delay is over, the chat's pause is not
    await stack.send_all_due()
    assert await stack.chat_texts() == []
    async with asyncio.timeout(20):
        while not await stack.chat_texts():
            await stack.send_all_due()
    refused, taken = await stack.calls("sendMessage", MEI)
    assert taken["at"] - refused["at"] >= 0.95


async def test_a_busy_private_chat_is_served_in_small_bursts(stack: SenderStack) -> None:
    for number in range(6):
        await stack.add_notification(f"news {number}")
    await stack.send_all_due()
    assert len(await stack.chat_texts()) == 5
    async with asyncio.timeout(20):
        while len(await stack.chat_texts()) < 6:
            await stack.send_all_due()
    first, *_, last = await stack.calls("sendMessage")
    assert last["at"] - first["at"] >= 4.9
