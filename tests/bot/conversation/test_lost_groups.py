"""A group is lost: the bot may not write there. Admins read it in private, no order is taken, all returns by itself."""

from typing import Any

import pytest

from bot.transport.serving.group_check import check_groups
from domain.campuses.tables import campus
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification, order_message
from tests.stack.bot_stack import NORTH, BotStack, BotUser, wait_until
from tests.stack.delivered_order_setup import AdminChat
from tests.stack.order_setup import bind_group

BOT = NORTH[2]
REFUSED = "cannot reach its runners"


@pytest.fixture
async def group(stack: BotStack, sam: BotUser) -> int:
    """A runner group of the test's own, in which the bot is an administrator."""
    made = await stack.control_telegram("groups", title="Runners", members=[sam.id], bots=[BOT], admins=[BOT])
    await stack.wait_until_idle()
    await bind_group(sam, made["id"])
    return int(made["id"])


async def told_in_private(stack: BotStack, admin: BotUser, key: str) -> list[Any]:
    """What an admin was written in private."""
    to_admin = (notification.c.chat_id == admin.id, notification.c.key == f"notification-{key}")
    return await stack.rows(notification, *to_admin)


async def wait_until_lost(stack: BotStack, admin: BotUser, key: str = "runner-group-lost") -> Any:
    async def is_told() -> list[Any]:
        return await told_in_private(stack, admin, key)

    (row,) = await wait_until(is_told)
    return row


@pytest.mark.parametrize("status", ["restricted", "kicked", "left"])
async def test_losing_the_runner_group_is_told_with_the_orders_and_stops_new_ones(
    stack: BotStack, sam: BotUser, mei: BotUser, group: int, status: str
) -> None:
    order_id = await mei.open_order()
    await stack.control_telegram("rights", chat=group, bot=BOT, status=status)
    row = await wait_until_lost(stack, sam)
    assert f"#{order_id}" in row["args"]["orders"].split(", ")
    kai = await stack.add_customer("Kai")
    assert REFUSED in await kai.screen_after_tap(Tap.HOME, argument=1) or REFUSED in await place_anyway(kai)
    assert "the bot may not write in the runner group" in await sam.answer_to("/board")
    await stack.control_telegram("rights", chat=group, bot=BOT, status="administrator")
    await wait_until_lost(stack, sam, "runner-group-regained")
    assert await kai.order_food()


async def place_anyway(customer: BotUser) -> str:
    """Try to order, and return what is said at the end."""
    for label in ("🍜", "Koufu", "Chicken rice", "That's all", "Library", "Place order"):
        if label not in " ".join(await customer.labels()):
            break
        answer = await customer.press(label)
        if REFUSED in (answer["text"] or ""):
            return str(answer["text"])
    return await customer.text()


async def test_a_group_that_was_deleted_is_lost(stack: BotStack, sam: BotUser, group: int) -> None:
    await stack.control_telegram("delete_group", chat=group)
    assert "removed" in (await wait_until_lost(stack, sam))["args"]["error"]


async def test_a_change_of_rights_that_lets_the_bot_write_is_no_loss(stack: BotStack, sam: BotUser, group: int) -> None:
    await stack.control_telegram("rights", chat=group, bot=BOT, status="member")
    await stack.control_telegram("rights", chat=group, bot=BOT, status="restricted", can_write=True)
    await stack.wait_until_idle()
    assert await told_in_private(stack, sam, "runner-group-lost") == []


async def test_a_group_muted_for_all_is_found_by_looking(stack: BotStack, sam: BotUser, group: int) -> None:
    """Telegram tells a bot nothing of it."""
    await stack.control_telegram("rights", chat=group, bot=BOT, status="member")
    await stack.control_telegram("permissions", chat=group, muted=True)
    await look(stack)
    row = await wait_until_lost(stack, sam)
    assert "not enough rights" in row["args"]["error"]
    await stack.control_telegram("permissions", chat=group, muted=False)
    await look(stack)
    await wait_until_lost(stack, sam, "runner-group-regained")


async def look(stack: BotStack) -> None:
    """Let the bot look whether it may write in its groups, as it does after a while."""
    assert stack.running_bot is not None
    campus_id = stack.campuses["north"]
    await check_groups(stack.work, stack.running_bot.bot_registry.bots[campus_id], campus_id)


async def test_ids_of_groups_that_are_not_there_take_no_order(stack: BotStack, sam: BotUser, mei: BotUser) -> None:
    here = campus.c.id == stack.campuses["north"]
    await stack.update_rows(campus, here, runner_group=-1001999999999, runner_group_lost=None)
    await look(stack)
    assert "chat not found" in (await wait_until_lost(stack, sam))["args"]["error"].lower()
    await mei.tap(Tap.HOME, argument=1)
    assert REFUSED in await place_anyway(mei)


async def test_a_campus_without_a_runner_group_takes_no_order(stack: BotStack, sam: BotUser, mei: BotUser) -> None:
    await stack.update_rows(campus, campus.c.id == stack.campuses["north"], runner_group=None)
    await mei.tap(Tap.HOME, argument=1)
    assert REFUSED in await place_anyway(mei)
    assert "has no runner group" in await sam.answer_to("/board")


async def test_losing_the_admin_chat_is_told_in_private_and_orders_go_on(
    stack: BotStack, mei: BotUser, admin_chat: AdminChat
) -> None:
    admin = admin_chat.sam
    await stack.control_telegram("rights", chat=admin_chat.chat, bot=BOT, status="restricted")
    await wait_until_lost(stack, admin, "admin-chat-lost")
    assert await mei.order_food()
    await stack.control_telegram("rights", chat=admin_chat.chat, bot=BOT, status="administrator")
    await wait_until_lost(stack, admin, "admin-chat-regained")


async def test_binding_another_group_ends_the_loss(stack: BotStack, sam: BotUser, mei: BotUser, group: int) -> None:
    order_id = await mei.open_order()
    await stack.control_telegram("rights", chat=group, bot=BOT, status="kicked")
    await wait_until_lost(stack, sam)
    other = await stack.control_telegram("groups", title="New", members=[sam.id], bots=[BOT], admins=[BOT])
    await stack.wait_until_idle()
    await bind_group(sam, other["id"])
    shown = await stack.rows(order_message, order_message.c.order_id == order_id)
    assert other["id"] in [each["chat_id"] for each in shown]
    assert "may not write" not in await sam.answer_to("/board")


async def test_answers_and_bind_stay_in_the_topic_they_were_written_in(stack: BotStack, sam: BotUser) -> None:
    made = await stack.control_telegram("groups", title="Forum", members=[sam.id], bots=[BOT], admins=[BOT])
    await stack.wait_until_idle()
    forum = int(made["id"])
    thread = (await stack.control_telegram("topics", chat=forum))["thread"]
    await stack.control_telegram("messages", from_=sam.id, chat=forum, text="/bind", thread=thread)
    await stack.wait_until_idle()
    asked = await sam.last_message(forum)
    assert asked["thread"] == thread
    await sam.tap(Tap.BIND, argument=1, chat=forum)
    row = await stack.row(campus, campus.c.id == stack.campuses["north"])
    assert (row["runner_group"], row["runner_topic"]) == (forum, thread)
    said = [each for each in await sam.messages(forum) if each["message_id"] >= asked["message_id"]]
    assert {each.get("thread") for each in said} == {thread}


async def test_a_topic_that_was_closed_and_opens_again_is_found_again(stack: BotStack, sam: BotUser) -> None:
    made = await stack.control_telegram("groups", title="Forum", members=[sam.id], bots=[BOT])
    await stack.wait_until_idle()
    forum = int(made["id"])
    thread = (await stack.control_telegram("topics", chat=forum))["thread"]
    here = campus.c.id == stack.campuses["north"]
    await stack.update_rows(
        campus, here, runner_group=forum, runner_topic=thread, runner_group_lost="Bad Request: TOPIC_CLOSED"
    )
    await look(stack)  # the rights are there, and say nothing about the topic
    assert (await stack.row(campus, here))["runner_group_lost"] is not None
    await stack.control_telegram("topics", chat=forum, thread=thread, closed=False)
    await stack.wait_until_idle()
    assert (await stack.row(campus, here))["runner_group_lost"] is None
