"""Tests of groups: privacy mode, members, invite links, migration."""

from tests.sandbox.telegram.telegram_client import ANA, BEN, EVE, USERNAME, TelegramClient


async def texts_received(client: TelegramClient) -> list[str]:
    updates = await client.get_updates()
    if updates:
        await client.get_updates(offset=updates[-1]["update_id"] + 1)
    return [update["message"]["text"] for update in updates if "text" in update.get("message", {})]


async def test_a_bot_that_is_a_plain_member_gets_commands_and_replies_only(client: TelegramClient) -> None:
    group = await client.add_group()
    card = await client.bot_result("sendMessage", chat_id=group, text="job")
    for text in ("hello all", "/jobs", f"/jobs@{USERNAME}", "/jobs@other_bot", "and /jobs inside"):
        await client.send_text(ANA, text, chat=group)
    await client.send_text(BEN, "I take it", chat=group, reply_to=card["message_id"])
    assert await texts_received(client) == ["/jobs", f"/jobs@{USERNAME}", "and /jobs inside", "I take it"]


async def test_a_bot_that_is_an_admin_gets_every_message(client: TelegramClient) -> None:
    group = await client.add_group(admin=True)
    await client.send_text(ANA, "hello all", chat=group)
    assert await texts_received(client) == ["hello all"]


async def test_all_members_see_the_same_messages_and_strangers_none(client: TelegramClient) -> None:
    group = await client.add_group()
    await client.bot_result("sendMessage", chat_id=group, text="job")
    assert await client.messages_of(ANA, group) == await client.messages_of(BEN, group)
    refused = await client.control_refusal(f"messages?chat={group}&user={EVE}", verb="GET")
    assert "is not in the group" in refused


async def test_a_bot_that_was_removed_or_left_is_refused(client: TelegramClient) -> None:
    group = await client.add_group()
    await client.post("leave", bot=USERNAME, chat=group, kicked=True)
    refused = await client.bot_refusal("sendMessage", chat_id=group, text="x")
    assert refused == "Forbidden: bot was kicked from the supergroup chat"
    other = await client.add_group(kind="group")
    await client.bot_result("leaveChat", chat_id=other)
    refused = await client.bot_refusal("sendMessage", chat_id=other, text="x")
    assert refused == "Forbidden: bot is not a member of the group chat"


async def test_a_group_that_became_a_supergroup_names_its_new_id(client: TelegramClient) -> None:
    group = await client.add_group(kind="group")
    await client.get_updates(offset=999_999_999)
    new_id = (await client.post("migrate", chat=group))["id"]
    answer = await client.bot("sendMessage", chat_id=group, text="x")
    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["parameters"] == {"migrate_to_chat_id": new_id}
    await client.bot_result("sendMessage", chat_id=new_id, text="x")
    first, second = (update["message"] for update in await client.get_updates())
    assert (first["chat"]["id"], first["migrate_to_chat_id"]) == (group, new_id)
    assert (second["chat"]["id"], second["migrate_from_chat_id"]) == (new_id, group)


async def test_a_group_is_created_once_and_a_person_who_left_stays_out(client: TelegramClient) -> None:
    group = await client.add_group(people=(ANA,))
    await client.post("leave", user=ANA, chat=group)
    again = await client.post("groups", id=group, title="Other", members=[ANA, BEN], bots=[USERNAME], admins=[BEN])
    assert (again["title"], again["members"]) == (
        "Runners",
        {str(ANA): "left", "4711": "member", str(BEN): "administrator"},
    )
    stranger = await client.control_refusal("groups", title="Odd", members=[ANA], admins=[BEN])
    assert "must be among" in stranger


async def test_members_have_a_status(client: TelegramClient) -> None:
    group = await client.add_group(admin=True)
    assert (await client.bot_result("getChatMember", chat_id=group, user_id=ANA))["status"] == "member"
    assert (await client.bot_result("getChatMember", chat_id=group, user_id=EVE))["status"] == "left"
    bot = await client.bot_result("getChatMember", chat_id=group, user_id=4711)
    assert (bot["status"], bot["can_invite_users"]) == ("administrator", True)
    assert await client.bot_refusal("getChatMember", chat_id=group, user_id=5) == "Bad Request: user not found"
    assert await client.bot_result("getChatMemberCount", chat_id=group) == 3


async def test_an_invite_link_admits_people_and_only_an_admin_creates_one(client: TelegramClient) -> None:
    plain, governed = await client.add_group(), await client.add_group(admin=True)
    assert "not enough rights" in await client.bot_refusal("createChatInviteLink", chat_id=plain)
    link = (await client.bot_result("createChatInviteLink", chat_id=governed, member_limit=1))["invite_link"]
    assert (await client.post("join", user=EVE, invite_link=link))["joined"] is True
    assert (await client.bot_result("getChatMember", chat_id=governed, user_id=EVE))["status"] == "member"
    await client.post("users", id=77, first_name="Late")
    assert "used up" in await client.control_refusal("join", user=77, invite_link=link)


async def test_an_expired_link_admits_no_person(client: TelegramClient) -> None:
    group = await client.add_group(admin=True)
    now = (await client.post("clock", advance=0))["now"]
    link = await client.bot_result("createChatInviteLink", chat_id=group, expire_date=int(now) + 60)
    await client.post("clock", advance=120)
    assert "expired" in await client.control_refusal("join", user=EVE, invite_link=link["invite_link"])


async def test_a_join_request_waits_for_the_bots_approval(client: TelegramClient) -> None:
    group = await client.add_group(admin=True)
    link = await client.bot_result("createChatInviteLink", chat_id=group, creates_join_request=True, name="runners")
    assert (await client.post("join", user=EVE, invite_link=link["invite_link"]))["joined"] is False
    request = (await client.get_updates())[-1]["chat_join_request"]
    assert (request["from"]["id"], request["invite_link"]["name"]) == (EVE, "runners")
    await client.bot_result("approveChatJoinRequest", chat_id=group, user_id=EVE)
    assert (await client.bot_result("getChatMember", chat_id=group, user_id=EVE))["status"] == "member"
    assert await client.bot_refusal("approveChatJoinRequest", chat_id=group, user_id=BEN) == (
        "Bad Request: USER_ALREADY_PARTICIPANT"
    )


async def test_an_admin_bot_that_asks_for_them_gets_member_updates(client: TelegramClient) -> None:
    group = await client.add_group(admin=True)
    await client.get_updates(offset=999_999_999, allowed_updates=["message", "chat_member"])
    await client.post("leave", user=BEN, chat=group)
    kinds = [set(update) - {"update_id"} for update in await client.get_updates()]
    assert kinds == [{"message"}, {"chat_member"}]
