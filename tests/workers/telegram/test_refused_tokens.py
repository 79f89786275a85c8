"""A revoked token: said in Telegram's words through what still works, and what waited is sent when it is replaced."""

from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select, update

from domain.campuses.tables import campus, membership
from domain.messaging.tables import notification, order_message
from tests.stack.bot_stack import Json
from tests.stack.rows import insert_campus
from tests.workers.telegram.sender_stack import ANA, BOT, MEI, SenderStack
from workers.telegram.sender import open_telegram_sender


@pytest.fixture
async def south(stack: SenderStack) -> int:
    """Mei is an admin of the campus, and ordered on another one whose bot works; Ana is an admin of neither."""
    async with stack.context.database() as work:
        other = await insert_campus(work, "south")
        await work.connection.execute(update(membership).where(membership.c.person_id == MEI).values(is_admin=True))
        for person in (MEI, ANA):
            await work.connection.execute(insert(membership).values(campus_id=other, person_id=person))
    return other


async def revoke(stack: SenderStack, *, revoked: bool) -> None:
    await stack.control_telegram("tokens", bot=BOT, revoked=revoked)


async def told(stack: SenderStack, key: str) -> list[Json]:
    async with stack.context.database() as work:
        columns = (notification.c.campus_id, notification.c.chat_id, notification.c.args)
        query = select(*columns).where(notification.c.key == f"notification-{key}").order_by(notification.c.id)
        return [tuple(row) for row in await work.connection.execute(query)]


async def refused_as(stack: SenderStack) -> str | None:
    async with stack.context.database() as work:
        query = select(campus.c.token_refused).where(campus.c.id == stack.campus_id)
        said: str | None = (await work.connection.execute(query)).scalar_one()
        return said


async def test_a_revoked_token_is_told_through_the_bot_of_another_campus(
    stack: SenderStack, south: int, caplog: pytest.LogCaptureFixture
) -> None:
    await revoke(stack, revoked=True)
    order = await stack.add_order()
    await stack.notify_about_order(order, "notification-released")
    await stack.send_all_due()
    assert await refused_as(stack) == "Unauthorized"
    assert await told(stack, "token-refused") == [
        (south, MEI, {"campus": "North", "error": "Unauthorized", "variable": "TELEGRAM_BOT_TOKEN_NORTH"})
    ]
    assert await stack.dead_letters() == []
    refusals = caplog.text.count("'error': 'Unauthorized', 'event': 'bot_token_refused'")
    assert refusals
    await stack.make_due()
    await stack.send_all_due()
    assert caplog.text.count("'event': 'bot_token_refused'") == refusals, "Telegram is not asked again so soon"
    row = await stack.order_message_row("customer")
    assert (row.message_id, row.error, row.due_at is None) == (None, "Unauthorized", False)


async def test_what_waited_is_sent_by_a_worker_with_the_new_token(stack: SenderStack, south: int) -> None:
    await revoke(stack, revoked=True)
    order = await stack.add_order()
    await stack.notify_about_order(order, "notification-released")
    await stack.send_all_due()
    await revoke(stack, revoked=False)
    assert await stack.chat_texts() == []
    sender = open_telegram_sender(stack.telegram_url, {stack.campus_id: "4711:post-office"})
    context = stack.context
    stack.context = replace(context, sender=sender)
    async with stack.context.database() as work:  # the rest of one of them is over: the others follow at once
        first = select(func.min(order_message.c.id)).scalar_subquery()
        due = update(order_message).where(order_message.c.id == first)
        await work.connection.execute(due.values(due_at=func.now()))
    await stack.send_all_due()
    stack.context = context
    await sender.close()
    assert await refused_as(stack) is None
    ((where, reader, args),) = await told(stack, "token-accepted")
    assert (where, reader, args["campus"]) == (stack.campus_id, MEI, "North")
    texts = await stack.chat_texts()
    assert any(text.startswith(f"🔎 #{order.id}") for text in texts)
    assert any("waits for a runner again" in text or f"#{order.id}" in text for text in texts[1:])
    assert any("Telegram takes the bot of North again" in text for text in texts)
    async with stack.context.database() as work:
        waiting = select(func.count()).where(order_message.c.due_at.is_not(None))
        assert (await work.connection.execute(waiting)).scalar_one() == 0


async def test_a_bot_without_a_token_is_none_that_is_refused(stack: SenderStack, south: int) -> None:
    sender = open_telegram_sender(stack.telegram_url, {})
    context = stack.context
    stack.context = replace(context, sender=sender)
    await stack.add_order()
    await stack.send_all_due()
    stack.context = context
    await sender.close()
    assert await refused_as(stack) is None
    assert await told(stack, "token-refused") == []
