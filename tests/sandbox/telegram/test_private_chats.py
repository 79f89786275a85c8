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


async def test_an_edited_message_reaches_a_bot_that_asks_for_such_updates(client: TelegramClient) -> None:
    await client.send_text(BEN, "laksa 5.50")
    (first,) = await client.get_updates()
    number = first["message"]["message_id"]
    edit = {"from_": BEN, "chat": "@campus_bot", "message_id": number}
    await client.post("edits", **edit, text="laksa 6.50")
    edited = (await client.get_updates())[-1]["edited_message"]
    assert (edited["message_id"], edited["text"], edited["date"]) == (number, "laksa 6.50", first["message"]["date"])
    assert edited["edit_date"] >= edited["date"]
    assert "changes nothing" in await client.control_refusal("edits", **edit, text="laksa 6.50 ")
    assert "has written no message" in await client.control_refusal("edits", **{**edit, "from_": ANA}, text="x")
    await client.post("clock", advance=49 * 3600)
    assert "48 hours" in await client.control_refusal("edits", **edit, text="x")


async def test_a_bot_that_does_not_ask_for_edited_messages_gets_none(client: TelegramClient) -> None:
    await client.send_text(BEN, "laksa 5.50")
    (first,) = await client.get_updates(allowed_updates=["message"])
    offset = first["update_id"] + 1
    edit = {"from_": BEN, "chat": "@campus_bot", "message_id": first["message"]["message_id"]}
    assert (await client.post("edits", **edit, text="laksa 6.50"))["update_ids"] == []
    assert await client.get_updates(offset=offset) == []


async def test_an_album_is_a_message_for_each_photo_with_one_group_and_one_caption(client: TelegramClient) -> None:
    await client.post("albums", from_=BEN, chat="@campus_bot", count=3, text="the receipt", captioned=2)
    messages = [update["message"] for update in await client.get_updates()]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == [None, "the receipt", None]
    assert len({message["photo"][-1]["file_id"] for message in messages}) == 3
    assert "2 to 10" in await client.control_refusal("albums", from_=BEN, chat="@campus_bot", count=11)
