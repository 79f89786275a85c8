"""Tests of banChatMember and unbanChatMember: who may remove whom, and who may return."""

from tests.sandbox.telegram.telegram_client import ANA, BEN, EVE, TelegramClient

NO_RIGHT = "Bad Request: not enough rights to restrict/unrestrict chat member"


async def status_of(client: TelegramClient, group: int, person: int) -> str:
    return str((await client.bot_result("getChatMember", chat_id=group, user_id=person))["status"])


async def test_a_banned_person_is_out_and_returns_when_the_ban_is_lifted(client: TelegramClient) -> None:
    group = await client.add_group(admin=True)
    link = (await client.bot_result("createChatInviteLink", chat_id=group))["invite_link"]
    await client.bot_result("banChatMember", chat_id=group, user_id=ANA)
    assert await status_of(client, group, ANA) == "kicked"
    await client.control_refusal("join", user=ANA, invite_link=link)
    await client.bot_result("unbanChatMember", chat_id=group, user_id=ANA, only_if_banned=True)
    assert await status_of(client, group, ANA) == "left"
    assert (await client.post("join", user=ANA, invite_link=link))["joined"] is True
    await client.bot_result("unbanChatMember", chat_id=group, user_id=ANA, only_if_banned=True)
    assert await status_of(client, group, ANA) == "member", "nobody is removed who is not banned"
    await client.bot_result("banChatMember", chat_id=group, user_id=EVE)
    assert await status_of(client, group, EVE) == "kicked", "somebody who is not there may be banned too"


async def test_the_bot_needs_the_right_and_nobody_removes_the_owner_or_an_admin(client: TelegramClient) -> None:
    plain, group = await client.add_group(), await client.add_group(admin=True)
    assert await client.bot_refusal("banChatMember", chat_id=plain, user_id=ANA) == NO_RIGHT
    assert await client.bot_refusal("unbanChatMember", chat_id=plain, user_id=ANA) == NO_RIGHT
    await client.post("groups", id=group, title="-", members=[ANA, BEN], admins=[BEN], owner=ANA)
    for person, refusal in (
        (ANA, "Bad Request: can't remove chat owner"),
        (BEN, "Bad Request: user is an administrator of the chat"),
        (5, "Bad Request: PARTICIPANT_ID_INVALID"),
    ):
        assert await client.bot_refusal("banChatMember", chat_id=group, user_id=person) == refusal


async def test_a_small_group_keeps_nobody_out(client: TelegramClient) -> None:
    group = await client.add_group(admin=True, kind="group")
    await client.bot_result("banChatMember", chat_id=group, user_id=ANA)
    assert await status_of(client, group, ANA) == "left"
    assert await client.bot_refusal("banChatMember", chat_id=group, user_id=ANA) == "Bad Request: USER_NOT_PARTICIPANT"
    refused = await client.bot_refusal("unbanChatMember", chat_id=group, user_id=ANA, only_if_banned=True)
    assert refused == "Bad Request: method is available for supergroup and channel chats only"
