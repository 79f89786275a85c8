"""Tests of what a group may do to a bot: restrict, mute, remove and take it back, topics, and the end of the group."""

from typing import Any

import pytest

from tests.sandbox.telegram.telegram_client import ANA, USERNAME, TelegramClient

NO_RIGHT = "Bad Request: not enough rights to send text messages to the chat"


async def membership_updates(client: TelegramClient) -> list[Any]:
    """What the bot was told of itself since the last time."""
    updates = await client.get_updates(allowed_updates=["my_chat_member", "message"])
    if updates:
        await client.get_updates(offset=updates[-1]["update_id"] + 1)
    return [each["my_chat_member"] for each in updates if "my_chat_member" in each]


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        ("restricted", NO_RIGHT),
        ("kicked", "Forbidden: bot was kicked from the supergroup chat"),
        ("left", "Forbidden: bot is not a member of the supergroup chat"),
    ],
)
async def test_a_bot_that_lost_its_right_is_told_and_refused(client: TelegramClient, status: str, refusal: str) -> None:
    group = await client.add_group(admin=True)
    await membership_updates(client)
    await client.post("rights", chat=group, bot=USERNAME, status=status)
    assert await client.bot_refusal("sendMessage", chat_id=group, text="x") == refusal
    (told,) = await membership_updates(client)
    assert (told["old_chat_member"]["status"], told["new_chat_member"]["status"]) == ("administrator", status)
    assert told["new_chat_member"].get("can_send_messages", False) is False
    await client.post("rights", chat=group, bot=USERNAME, status="administrator")
    await client.bot_result("sendMessage", chat_id=group, text="x")
    assert len(await membership_updates(client)) == 1


async def test_a_muted_group_refuses_members_and_tells_nobody(client: TelegramClient) -> None:
    group = await client.add_group()
    await membership_updates(client)
    await client.post("permissions", chat=group, muted=True)
    assert await client.bot_refusal("sendMessage", chat_id=group, text="x") == NO_RIGHT
    assert (await client.bot_result("getChat", chat_id=group))["permissions"]["can_send_messages"] is False
    assert await membership_updates(client) == []
    await client.post("rights", chat=group, bot=USERNAME, status="administrator")
    await client.bot_result("sendMessage", chat_id=group, text="x")


async def test_a_deleted_group_is_gone_for_the_bot(client: TelegramClient) -> None:
    group = await client.add_group()
    await client.post("delete_group", chat=group)
    assert await client.bot_refusal("sendMessage", chat_id=group, text="x") == "Forbidden: the group chat was deleted"


async def test_topics_are_written_to_by_their_thread_and_may_be_closed(client: TelegramClient) -> None:
    group = await client.add_group()
    thread = (await client.post("topics", chat=group))["thread"]
    sent = await client.bot_result("sendMessage", chat_id=group, text="x", message_thread_id=thread)
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (thread, True)
    assert "message_thread_id" not in await client.bot_result("sendMessage", chat_id=group, text="in General")
    unknown = await client.bot_refusal("sendMessage", chat_id=group, text="x", message_thread_id=9_999)
    assert unknown == "Bad Request: message thread not found"
    await client.post("topics", chat=group, thread=thread, closed=True)
    closed = await client.bot_refusal("sendMessage", chat_id=group, text="x", message_thread_id=thread)
    assert closed == "Bad Request: TOPIC_CLOSED"
    await client.post("topics", chat=group, thread=0, closed=True)
    assert await client.bot_refusal("sendMessage", chat_id=group, text="x") == "Bad Request: TOPIC_CLOSED"
    await client.post("rights", chat=group, bot=USERNAME, status="administrator")
    await client.bot_result("sendMessage", chat_id=group, text="an administrator may", message_thread_id=thread)


async def test_a_person_writes_into_a_topic(client: TelegramClient) -> None:
    group = await client.add_group(admin=True)
    thread = (await client.post("topics", chat=group))["thread"]
    written = await client.send_text(ANA, "/board", chat=group, thread=thread)
    assert written["thread"] == thread
    refused = await client.control_refusal("messages", from_=ANA, chat=group, text="x", thread=12)
    assert refused == "There is no topic 12."


async def test_a_revoked_token_opens_nothing_until_it_is_given_back(client: TelegramClient) -> None:
    await client.post("tokens", bot=USERNAME, revoked=True)
    answer = await client.bot("getMe")
    assert (answer["error_code"], answer["description"]) == (401, "Unauthorized")
    await client.post("tokens", bot=USERNAME, revoked=False)
    assert (await client.bot_result("getMe"))["username"] == USERNAME


async def test_a_flood_refuses_a_method_until_it_is_over(client: TelegramClient) -> None:
    await client.order_fault(method="setMyCommands", kind="flood", seconds=30)
    for _ in range(3):
        answer = await client.bot("setMyCommands", commands=[])
        assert answer["error_code"] == 429
        assert 1 <= answer["parameters"]["retry_after"] <= 30
    await client.bot_result("getMe")
    await client.post("clock", advance=31)
    await client.bot_result("setMyCommands", commands=[])


@pytest.mark.parametrize(
    ("url", "refusal"),
    [
        ("https://x.org:8080/", "Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ("http://x.org/", "An HTTPS URL must be provided for webhook"),
    ],
)
async def test_a_webhook_that_telegram_would_not_call_is_refused(
    client: TelegramClient, url: str, refusal: str
) -> None:
    assert await client.bot_refusal("setWebhook", url=url) == f"Bad Request: bad webhook: {refusal}"


async def test_an_administrator_has_only_the_rights_it_was_given(client: TelegramClient) -> None:
    group = await client.add_group(admin=True)
    await client.post("rights", chat=group, bot=USERNAME, status="administrator", without=["can_invite_users"])
    me = await client.bot_result("getMe")
    member = await client.bot_result("getChatMember", chat_id=group, user_id=me["id"])
    assert (member["can_invite_users"], member["can_restrict_members"]) == (False, True)
    refusal = await client.bot_refusal("createChatInviteLink", chat_id=group)
    assert refusal == "Bad Request: not enough rights to manage chat invite link"


async def test_a_bot_is_as_its_owner_set_it_at_botfather(client: TelegramClient) -> None:
    await client.post("botfather", bot=USERNAME, can_join_groups=False, hears_everything=True)
    me = await client.bot_result("getMe")
    assert (me["can_join_groups"], me["can_read_all_group_messages"]) == (False, True)


async def test_typing_is_shown_where_the_bot_may_write(client: TelegramClient) -> None:
    group = await client.add_group()
    thread = (await client.post("topics", chat=group))["thread"]
    await client.bot_result("sendChatAction", chat_id=group, message_thread_id=thread, action="typing")
    refusal = await client.bot_refusal("sendChatAction", chat_id=group, message_thread_id=thread + 9, action="typing")
    assert refusal == "Bad Request: message thread not found"
