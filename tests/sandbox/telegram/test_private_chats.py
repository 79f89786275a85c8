"""Private chats: who may write to whom."""

from tests.sandbox.telegram.desk import ANA, BEN, Desk


async def test_a_bot_cant_write_first(desk: Desk) -> None:
    refused = await desk.refusal("sendMessage", chat_id=BEN, text="hello")
    assert refused == "Forbidden: bot can't initiate conversation with a user"
    await desk.write(BEN, "/start")
    await desk.done("sendMessage", chat_id=BEN, text="hello")


async def test_a_blocked_bot_is_told_and_refused_until_it_is_let_in_again(desk: Desk) -> None:
    await desk.sim("block", user=ANA, bot="@campus_bot")
    assert await desk.refusal("sendMessage", chat_id=ANA, text="x") == "Forbidden: bot was blocked by the user"
    assert "has blocked" in await desk.mistake("messages", from_=ANA, chat="@campus_bot", text="x")
    await desk.sim("unblock", user=ANA, bot="campus_bot")
    await desk.done("sendMessage", chat_id=ANA, text="back")
    statuses = [update["my_chat_member"]["new_chat_member"]["status"] for update in await desk.updates()]
    assert statuses == ["kicked", "member"]


async def test_two_bots_have_separate_chats_with_one_person(desk: Desk) -> None:
    await desk.sim("bots", token="4712:other", username="other_bot")
    await desk.write(ANA, "/start", chat="@other_bot")
    await desk.done("sendMessage", chat_id=ANA, text="from campus")
    assert [message["text"] for message in await desk.see(ANA, "@other_bot")] == ["/start"]
    titles = [chat["chat"] for chat in await desk.look("chats", user=ANA)]
    assert titles == ["@campus_bot", "@other_bot"]


async def test_a_deep_link_arrives_as_a_start_command(desk: Desk) -> None:
    await desk.write(BEN, "/start store_7")
    message = (await desk.updates())[0]["message"]
    assert message["text"] == "/start store_7"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"]["language_code"] == "en"


async def test_accounts_are_made_once(desk: Desk) -> None:
    again = await desk.sim("users", id=ANA, first_name="Somebody else")
    assert again["first_name"] == "Ana"
    same = await desk.sim("bots", token=desk.token, username="campus_bot")
    assert same["id"] == 4711
    assert "another token" in await desk.mistake("bots", token="4711:other", username="x_bot")
    assert "taken" in await desk.mistake("bots", token="4713:x", username="Campus_Bot")
    me = await desk.done("getMe")
    assert (me["id"], me["username"], me["first_name"]) == (4711, "campus_bot", "Campus")
