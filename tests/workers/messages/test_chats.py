"""Chats with a will of their own: blocked, moved, and full for now."""

import asyncio

from sqlalchemy import select, update

from domain.store.people import find_member
from domain.store.schema import campus, membership
from tests.workers.messages.post_office import ANA, GROUP, MEI, PLAIN_GROUP, PostOffice


async def test_who_blocked_the_bot_is_left_in_peace(post: PostOffice) -> None:
    order = await post.order()
    await post.sim("block", user=MEI, bot="campus_bot")
    await post.deliver()
    async with post.office.database() as work:
        assert not (await find_member(work, post.campus_id, MEI)).reachable
    await post.change(order, note="more")
    number = await post.push("after the block")
    await post.deliver()
    assert len(await post.calls("sendMessage", MEI)) == 1
    assert (await post.push_row(number)).status == "dropped"


async def test_who_comes_back_gets_cards_again(post: PostOffice) -> None:
    order = await post.order()
    await post.sim("block", user=MEI, bot="campus_bot")
    await post.deliver()
    await post.sim("unblock", user=MEI, bot="campus_bot")
    async with post.office.database() as work:
        await work.connection.execute(update(membership).values(reachable=True))
    await post.change(order, note="hello again")
    await post.deliver()
    assert len(await post.texts()) == 1


async def test_a_group_that_became_a_supergroup_is_followed(post: PostOffice) -> None:
    order = await post.order(group=PLAIN_GROUP)
    await post.deliver()
    moved = (await post.sim("migrate", chat=PLAIN_GROUP))["id"]
    await post.change(order, note="x", shop_limit=620, ceiling=900)
    await post.deliver()
    async with post.office.database() as work:
        assert (await work.connection.execute(select(campus.c.runner_group))).scalar_one() == moved
    card = await post.card("group")
    assert (card.chat_id, card.due_at) == (moved, None)
    (text,) = await post.texts(chat=moved, user=ANA)
    assert "S$6.20" in text


async def test_a_push_follows_the_group_too(post: PostOffice) -> None:
    number = await post.push("to the admins", chat_id=PLAIN_GROUP)
    moved = (await post.sim("migrate", chat=PLAIN_GROUP))["id"]
    await post.deliver()
    row = await post.push_row(number)
    assert (row.status, row.chat_id) == ("sent", moved)


async def test_too_many_requests_make_that_chat_wait_and_no_other(post: PostOffice) -> None:
    await post.sim("faults", kind="status", method="sendMessage", chat=MEI, retry_after=1)
    await post.order()
    await post.deliver()
    assert await post.texts() == []
    assert len(await post.texts(chat=GROUP, user=ANA)) == 1
    await post.make_due()  # the row forgets, the chat's pause does not
    await post.deliver()
    assert await post.texts() == []
    async with asyncio.timeout(5):
        while not await post.texts():
            await post.deliver()
    refused, taken = await post.calls("sendMessage", MEI)
    assert taken["at"] - refused["at"] >= 0.95


async def test_a_busy_private_chat_is_served_in_small_bursts(post: PostOffice) -> None:
    for number in range(6):
        await post.push(f"news {number}")
    await post.deliver()
    assert len(await post.texts()) == 5
    async with asyncio.timeout(8):
        while len(await post.texts()) < 6:
            await post.deliver()
    first, *_, last = await post.calls("sendMessage")
    assert last["at"] - first["at"] >= 4.9
