"""Tests of private chats: who may write to whom."""

from tests.sandbox.telegram.telegram_client import ANA, BEN, TelegramClient


async def test_a_bot_cant_write_first(client: TelegramClient) -> None:
    refused = await client.bot_refusal("sendMessage", chat_id=BEN, text="hello")
    assert refused == "Forbidden: bot can't initiate conversation with a user"
    await client.send_text(BEN, "/start")
    await client.bot_result("sendMessage", chat_id=BEN, text="hello")


async def test_a_blocked_bot_is_told_and_refused_until_it_is_unblocked(client: TelegramClient) -> None:
    await client.post("block", user=ANA, bot="@campus_bot")
    assert await client.bot_refusal("sendMessage", chat_id=ANA, text="x") == "Forbidden: bot was blocked by the user"
    assert "has blocked" in await client.control_refusal("messages", from_=ANA, chat="@campus_bot", text="x")
    await client.post("unblock", user=ANA, bot="campus_bot")
    await client.bot_result("sendMessage", chat_id=ANA, text="back")
    statuses = [update["my_chat_member"]["new_chat_member"]["status"] for update in await client.get_updates()]
    assert statuses == ["kicked", "member"]


async def test_two_bots_have_separate_chats_with_one_person(client: TelegramClient) -> None:
    await client.post("bots", token="4712:other", username="other_bot")
    await client.send_text(ANA, "/start", chat="@other_bot")
    await client.bot_result("sendMessage", chat_id=ANA, text="from campus")
    assert [message["text"] for message in await client.messages_of(ANA, "@other_bot")] == ["/start"]
    titles = [chat["chat"] for chat in await client.get("chats", user=ANA)]
    assert titles == ["@campus_bot", "@other_bot"]


async def test_a_deep_link_arrives_as_a_start_command(client: TelegramClient) -> None:
    await client.send_text(BEN, "/start store_7")
    message = (await client.get_updates())[0]["message"]
    assert message["text"] == "/start store_7"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"]["language_code"] == "en"


async def test_accounts_are_made_once(client: TelegramClient) -> None:
    again = await client.post("users", id=ANA, first_name="Somebody else")
    assert again["first_name"] == "Ana"
    same = await client.post("bots", token=client.token, username="campus_bot")
    assert same["id"] == 4711
    assert "another token" in await client.control_refusal("bots", token="4711:other", username="x_bot")
    assert "taken" in await client.control_refusal("bots", token="4713:x", username="Campus_Bot")
    me = await client.bot_result("getMe")
    assert (me["id"], me["username"], me["first_name"]) == (4711, "campus_bot", "Campus")
