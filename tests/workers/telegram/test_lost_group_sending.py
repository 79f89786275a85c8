"""Sending into a group in which the bot may not write: what is for it waits, and is sent when it may again."""

import pytest
from sqlalchemy import func, select, update

from domain.campuses.tables import campus, membership
from domain.messaging.tables import notification, order_message
from domain.orders.states import OrderStatus
from domain.orders.use_cases.lost_groups import record_group_regained
from tests.stack.bot_stack import Json
from tests.workers.telegram.sender_stack import ANA, BOT, GROUP, MEI, SenderStack


@pytest.fixture
async def admin(stack: SenderStack) -> int:
    """Mei is an admin of the campus, too."""
    async with stack.context.database() as work:
        await work.connection.execute(update(campus).values(runner_group=GROUP))
        await work.connection.execute(update(membership).where(membership.c.person_id == MEI).values(is_admin=True))
    return MEI


async def told(stack: SenderStack, key: str) -> list[Json]:
    async with stack.context.database() as work:
        query = select(notification.c.args).where(notification.c.key == f"notification-{key}")
        return list((await work.connection.execute(query.order_by(notification.c.id))).scalars())


async def group_texts(stack: SenderStack) -> list[str]:
    return await stack.chat_texts(chat=GROUP, user=ANA)


async def end_rest(stack: SenderStack) -> None:
    """Let the rest of what waits be over."""
    async with stack.context.database() as work:
        resting = update(order_message).where(order_message.c.due_at.is_not(None))
        await work.connection.execute(resting.values(due_at=func.now()))


LOSSES: dict[str, dict[str, Json]] = {
    "restricted": {"status": "restricted"},
    "removed": {"status": "kicked"},
    "left": {"status": "left"},
}


@pytest.mark.parametrize("loss", LOSSES)
async def test_an_order_that_nobody_sees_is_told_and_shown_when_the_bot_may_write_again(
    stack: SenderStack, admin: int, loss: str
) -> None:
    await stack.control_telegram("rights", chat=GROUP, bot=BOT, **LOSSES[loss])
    order = await stack.add_order()
    await stack.send_all_due()
    assert await group_texts(stack) == []
    (lost,) = await told(stack, "runner-group-lost")
    assert lost["orders"] == f"#{order.id}"
    assert any("Nobody sees this order" in text for text in await stack.chat_texts(user=admin))
    assert await stack.dead_letters() == []
    await stack.control_telegram("rights", chat=GROUP, bot=BOT, status="administrator")
    async with stack.context.database() as work:
        await record_group_regained(work, stack.campus_id, GROUP)
    await stack.send_all_due()
    (text,) = await group_texts(stack)
    assert f"{order.id}" in text
    assert await told(stack, "runner-group-regained") == [{"campus": "North", "count": 1}]


async def test_a_later_order_is_told_by_its_own_number_once(stack: SenderStack, admin: int) -> None:
    await stack.control_telegram("permissions", chat=GROUP, muted=True)
    await stack.control_telegram("rights", chat=GROUP, bot=BOT, status="member")
    await stack.add_order()
    await stack.send_all_due()
    later = await stack.add_order()
    for _ in range(2):
        await stack.send_all_due()
        await end_rest(stack)
    assert len(await told(stack, "runner-group-lost")) == 1
    assert [each["order"] for each in await told(stack, "order-unseen")] == [later.id]


async def test_a_message_that_arrives_after_all_ends_the_loss(stack: SenderStack, admin: int) -> None:
    """Telegram tells nobody that a muted group was opened, or a topic."""
    await stack.control_telegram("rights", chat=GROUP, bot=BOT, status="member")
    await stack.control_telegram("permissions", chat=GROUP, muted=True)
    await stack.add_order()
    await stack.send_all_due()
    await stack.control_telegram("permissions", chat=GROUP, muted=False)
    await end_rest(stack)
    await stack.send_all_due()
    assert len(await group_texts(stack)) == 1
    assert len(await told(stack, "runner-group-regained")) == 1


async def test_an_order_that_ended_meanwhile_is_not_shown_any_more(stack: SenderStack, admin: int) -> None:
    await stack.control_telegram("rights", chat=GROUP, bot=BOT, status="restricted")
    order = await stack.add_order()
    await stack.send_all_due()
    async with stack.context.database() as work:
        moments = {"status": OrderStatus.EXPIRED, "ended_at": work.now}
    await stack.change_order(order, **moments)
    await stack.control_telegram("rights", chat=GROUP, bot=BOT, status="administrator")
    await end_rest(stack)
    await stack.send_all_due()
    assert await group_texts(stack) == []


async def test_messages_go_into_the_bound_topic_and_a_closed_one_is_a_loss(stack: SenderStack, admin: int) -> None:
    await stack.control_telegram("rights", chat=GROUP, bot=BOT, status="member")
    thread = (await stack.control_telegram("topics", chat=GROUP))["thread"]
    async with stack.context.database() as work:
        await work.connection.execute(update(campus).values(runner_topic=thread))
    await stack.add_order()
    await stack.add_notification("to the runners", chat_id=GROUP)
    await stack.send_all_due()
    shown = await stack.control_telegram("messages", "GET", chat=GROUP, user=ANA)
    assert {each.get("thread") for each in shown if each["text"]} == {thread}
    await stack.control_telegram("topics", chat=GROUP, thread=thread, closed=True)
    await stack.add_order()
    await stack.send_all_due()
    (lost,) = await told(stack, "runner-group-lost")
    assert "topic" in lost["error"].lower()


async def test_what_is_for_the_admins_waits_for_their_chat(stack: SenderStack, admin: int) -> None:
    async with stack.context.database() as work:
        await work.connection.execute(update(campus).values(runner_group=None, admin_chat=GROUP))
    await stack.control_telegram("rights", chat=GROUP, bot=BOT, status="restricted")
    number = await stack.add_notification("an alert", chat_id=GROUP)
    await stack.send_all_due()
    assert (await stack.notification_row(number)).status == "due"
    assert len(await told(stack, "admin-chat-lost")) == 1
    await stack.control_telegram("rights", chat=GROUP, bot=BOT, status="administrator")
    async with stack.context.database() as work:
        await record_group_regained(work, stack.campus_id, GROUP)
    await stack.send_all_due()
    assert (await stack.notification_row(number)).status == "sent"


async def test_a_former_group_that_is_closed_to_the_bot_is_no_loss(stack: SenderStack, admin: int) -> None:
    async with stack.context.database() as work:
        await work.connection.execute(update(campus).values(runner_group=-1))
    await stack.control_telegram("rights", chat=GROUP, bot=BOT, status="kicked")
    number = await stack.add_notification("farewell", chat_id=GROUP)
    await stack.send_all_due()
    assert (await stack.notification_row(number)).status == "dropped"
    assert await told(stack, "runner-group-lost") == []
