"""Groups: privacy mode, members, invite links, migration."""

from tests.sandbox.telegram.desk import ANA, BEN, EVE, USERNAME, Desk


async def heard(desk: Desk) -> list[str]:
    updates = await desk.updates()
    if updates:
        await desk.updates(offset=updates[-1]["update_id"] + 1)
    return [update["message"]["text"] for update in updates if "text" in update.get("message", {})]


async def test_a_plain_member_hears_commands_and_replies_only(desk: Desk) -> None:
    group = await desk.group()
    card = await desk.done("sendMessage", chat_id=group, text="job")
    for text in ("hello all", "/jobs", f"/jobs@{USERNAME}", "/jobs@other_bot", "and /jobs inside"):
        await desk.write(ANA, text, chat=group)
    await desk.write(BEN, "I take it", chat=group, reply_to=card["message_id"])
    assert await heard(desk) == ["/jobs", f"/jobs@{USERNAME}", "and /jobs inside", "I take it"]


async def test_an_admin_hears_everything(desk: Desk) -> None:
    group = await desk.group(admin=True)
    await desk.write(ANA, "hello all", chat=group)
    assert await heard(desk) == ["hello all"]


async def test_all_members_see_the_same_messages_and_strangers_none(desk: Desk) -> None:
    group = await desk.group()
    await desk.done("sendMessage", chat_id=group, text="job")
    assert await desk.see(ANA, group) == await desk.see(BEN, group)
    answer, status = await desk.ask_sim(f"messages?chat={group}&user={EVE}", verb="GET")
    assert status == 400
    assert "is not in the group" in answer["error"]


async def test_a_bot_that_was_thrown_out_or_left_is_refused(desk: Desk) -> None:
    group = await desk.group()
    await desk.sim("leave", bot=USERNAME, chat=group, kicked=True)
    refused = await desk.refusal("sendMessage", chat_id=group, text="x")
    assert refused == "Forbidden: bot was kicked from the supergroup chat"
    other = await desk.group(kind="group")
    await desk.done("leaveChat", chat_id=other)
    refused = await desk.refusal("sendMessage", chat_id=other, text="x")
    assert refused == "Forbidden: bot is not a member of the group chat"


async def test_a_group_that_became_a_supergroup_names_its_new_id(desk: Desk) -> None:
    group = await desk.group(kind="group")
    await desk.updates(offset=999_999_999)
    new_id = (await desk.sim("migrate", chat=group))["id"]
    answer = await desk.bot("sendMessage", chat_id=group, text="x")
    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["parameters"] == {"migrate_to_chat_id": new_id}
    await desk.done("sendMessage", chat_id=new_id, text="x")
    first, second = (update["message"] for update in await desk.updates())
    assert (first["chat"]["id"], first["migrate_to_chat_id"]) == (group, new_id)
    assert (second["chat"]["id"], second["migrate_from_chat_id"]) == (new_id, group)


async def test_a_group_is_made_once_and_whoever_left_stays_away(desk: Desk) -> None:
    group = await desk.group(people=(ANA,))
    await desk.sim("leave", user=ANA, chat=group)
    again = await desk.sim("groups", id=group, title="Other", members=[ANA, BEN], bots=[USERNAME], admins=[BEN])
    assert (again["title"], again["members"]) == (
        "Runners",
        {str(ANA): "left", "4711": "member", str(BEN): "administrator"},
    )
    stranger = await desk.mistake("groups", title="Odd", members=[ANA], admins=[BEN])
    assert "must be among" in stranger


async def test_members_have_a_status(desk: Desk) -> None:
    group = await desk.group(admin=True)
    assert (await desk.done("getChatMember", chat_id=group, user_id=ANA))["status"] == "member"
    assert (await desk.done("getChatMember", chat_id=group, user_id=EVE))["status"] == "left"
    bot = await desk.done("getChatMember", chat_id=group, user_id=4711)
    assert (bot["status"], bot["can_invite_users"]) == ("administrator", True)
    assert await desk.refusal("getChatMember", chat_id=group, user_id=5) == "Bad Request: user not found"
    assert await desk.done("getChatMemberCount", chat_id=group) == 3


async def test_an_invite_link_lets_in_and_only_an_admin_makes_one(desk: Desk) -> None:
    plain, governed = await desk.group(), await desk.group(admin=True)
    assert "not enough rights" in await desk.refusal("createChatInviteLink", chat_id=plain)
    link = (await desk.done("createChatInviteLink", chat_id=governed, member_limit=1))["invite_link"]
    assert (await desk.sim("join", user=EVE, invite_link=link))["joined"] is True
    assert (await desk.done("getChatMember", chat_id=governed, user_id=EVE))["status"] == "member"
    await desk.sim("users", id=77, first_name="Late")
    assert "used up" in await desk.mistake("join", user=77, invite_link=link)


async def test_an_expired_link_lets_nobody_in(desk: Desk) -> None:
    group = await desk.group(admin=True)
    now = (await desk.sim("clock", advance=0))["now"]
    link = await desk.done("createChatInviteLink", chat_id=group, expire_date=int(now) + 60)
    await desk.sim("clock", advance=120)
    assert "expired" in await desk.mistake("join", user=EVE, invite_link=link["invite_link"])


async def test_a_join_request_waits_for_the_bots_yes(desk: Desk) -> None:
    group = await desk.group(admin=True)
    link = await desk.done("createChatInviteLink", chat_id=group, creates_join_request=True, name="runners")
    assert (await desk.sim("join", user=EVE, invite_link=link["invite_link"]))["joined"] is False
    request = (await desk.updates())[-1]["chat_join_request"]
    assert (request["from"]["id"], request["invite_link"]["name"]) == (EVE, "runners")
    await desk.done("approveChatJoinRequest", chat_id=group, user_id=EVE)
    assert (await desk.done("getChatMember", chat_id=group, user_id=EVE))["status"] == "member"
    assert await desk.refusal("approveChatJoinRequest", chat_id=group, user_id=BEN) == (
        "Bad Request: USER_ALREADY_PARTICIPANT"
    )


async def test_an_admin_bot_that_asks_for_it_hears_of_members(desk: Desk) -> None:
    group = await desk.group(admin=True)
    await desk.updates(offset=999_999_999, allowed_updates=["message", "chat_member"])
    await desk.sim("leave", user=BEN, chat=group)
    kinds = [set(update) - {"update_id"} for update in await desk.updates()]
    assert kinds == [{"message"}, {"chat_member"}]
