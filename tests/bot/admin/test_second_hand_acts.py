"""Tests that what an admin did not write here themselves does nothing, and that moving a group is asked and told."""

import pytest

from domain.campuses.tables import campus
from domain.messaging.buttons import Tap
from domain.messaging.tables import notification
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import set_pending_input
from domain.orders.drafts.tables import draft
from tests.stack.bot_stack import BotStack, Json
from tests.stack.decided_rows import decided_rows
from tests.stack.order_setup import bind_group, post_update, raw_message_update

UNSUPPORTED_CONTENT: Json = {"poll": {"id": "1", "question": "pizza?", "options": [], "type": "of next year"}}
EVE: Json = {"id": 77, "is_bot": False, "first_name": "Eve"}
SECOND_HAND: dict[str, Json] = {
    "forwarded": {"forward_origin": {"type": "user", "date": 1, "sender_user": EVE}},
    "forwarded, hidden": {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Eve"}},
    "forwarded from a kind of chat that is newer than the library": {"forward_origin": {"type": "moon", "date": 1}},
    "forwarded with unreadable content": {
        "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Eve"},
        **UNSUPPORTED_CONTENT,
    },
    "by an inline bot": {"via_bot": {"id": 78, "is_bot": True, "first_name": "evil", "username": "evil_bot"}},
}


async def _is_paused(stack: BotStack) -> bool:
    (row,) = await stack.rows(campus, campus.c.id == stack.campuses["north"])
    return bool(row["paused"])


@pytest.mark.parametrize("how", SECOND_HAND)
async def test_a_command_that_an_admin_forwards_does_nothing_and_says_so(stack: BotStack, how: str) -> None:
    sam = await stack.add_admin()
    await post_update(stack, raw_message_update(sam, text="/pause of a stranger", **SECOND_HAND[how]))
    assert "I did nothing" in await sam.text()
    assert not await _is_paused(stack)


@pytest.mark.parametrize("how", SECOND_HAND)
async def test_a_forwarded_line_answers_no_question(stack: BotStack, how: str) -> None:
    mei = await stack.add_customer()
    await mei.press("🍜")
    await mei.press("Koufu")
    await post_update(stack, raw_message_update(mei, text="9x laksa 5.50", **SECOND_HAND[how]))
    assert "I did nothing" in await mei.text()
    assert [row["items"] for row in await stack.rows(draft, draft.c.person_id == mei.id)] == [[]]
    await mei.write("1x laksa 5.50")
    assert [len(row["items"]) for row in await stack.rows(draft, draft.c.person_id == mei.id)] == [1]


async def test_a_forwarded_photo_is_no_answer_of_the_campus_team(stack: BotStack) -> None:
    sam = await stack.add_admin()
    async with stack.work() as work:
        await set_pending_input(work, stack.campuses["north"], sam.id, PendingInput.CASE_ANSWER, 1)
    photo = [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]
    await post_update(stack, raw_message_update(sam, photo=photo, **SECOND_HAND["forwarded"]))
    assert "I did nothing" in await sam.text()


async def test_a_group_is_bound_after_a_yes_only(stack: BotStack) -> None:
    sam, eve = await stack.add_admin(), await stack.add_runner("Eve")
    made = await stack.control_telegram(
        "groups", title="t.me/evil /pause", members=[sam.id, eve.id], bots=["north_bot"], admins=["north_bot"]
    )
    group = int(made["id"])
    (before,) = await decided_rows(stack, campus, campus.c.id == stack.campuses["north"])
    await sam.write("/bind", group)
    assert "Make this group the runner group of North?" in (await sam.last_message(group))["text"]
    await eve.tap(Tap.BIND, argument=1, chat=group)
    (unchanged,) = await decided_rows(stack, campus, campus.c.id == stack.campuses["north"])
    assert unchanged == before
    await sam.tap(Tap.BIND, argument=1, chat=group)
    (bound,) = await decided_rows(stack, campus, campus.c.id == stack.campuses["north"])
    assert bound["runner_group"] == group


async def test_the_former_group_and_the_admin_chat_are_told_who_moved_the_jobs(stack: BotStack) -> None:
    sam = await stack.add_admin()
    admin_chat, first, second = [
        int((await stack.control_telegram("groups", title=title, members=[sam.id], bots=["north_bot"]))["id"])
        for title in ("Desk", "Runners", "Others")
    ]
    await bind_group(sam, admin_chat, admins=True)
    await bind_group(sam, first)
    await bind_group(sam, first)  # binding it again moves nothing, and tells nobody
    await bind_group(sam, second)
    told = await stack.rows(notification, notification.c.key.like("notification-runner-group-%"))
    assert [(row["chat_id"], row["args"]["admin"]) for row in told if row["chat_id"] == first] == [(first, "Sam")]
    assert [row["args"]["chat"] for row in told if row["chat_id"] == admin_chat] == ["Runners", "Others"]


async def test_the_former_admin_chat_is_told_where_the_alerts_went(stack: BotStack) -> None:
    sam = await stack.add_admin()
    first, second = [
        int((await stack.control_telegram("groups", title=title, members=[sam.id], bots=["north_bot"]))["id"])
        for title in ("Desk", "Other desk")
    ]
    await bind_group(sam, first, admins=True)
    await bind_group(sam, second, admins=True)
    told = await stack.rows(notification, notification.c.key == "notification-admin-chat-bound")
    assert [row["args"]["chat"] for row in told if row["chat_id"] == first] == ["Other desk"]
