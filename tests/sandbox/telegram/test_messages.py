"""Tests of messages: sending, editing, replying, pinning and deleting."""

from tests.sandbox.telegram.telegram_client import ANA, BEN, TelegramClient, button_row

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


async def test_an_edit_replaces_text_and_buttons_in_place(client: TelegramClient) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="one", reply_markup=button_row("Go"))
    edited = await client.bot_result(
        "editMessageText", chat_id=ANA, message_id=sent["message_id"], text="two", reply_markup=button_row("Stop")
    )
    assert (edited["text"], edited["message_id"]) == ("two", sent["message_id"])
    assert edited["edit_date"] >= sent["date"]
    seen = (await client.messages_of(ANA))[-1]
    assert (seen["text"], seen["edited"]) == ("two", 1)
    assert seen["buttons"] == [[{"text": "Stop", "data": "stop"}]]


async def test_an_edit_without_markup_takes_the_buttons_away(client: TelegramClient) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="same", reply_markup=button_row("Go"))
    edited = await client.bot_result("editMessageText", chat_id=ANA, message_id=sent["message_id"], text="same")
    assert "reply_markup" not in edited


async def test_an_edit_that_changes_nothing_is_refused(client: TelegramClient) -> None:
    sent = await client.bot_result(
        "sendMessage", chat_id=ANA, text="<b>x</b>", parse_mode="HTML", reply_markup=button_row("Go")
    )
    again = {"chat_id": ANA, "message_id": sent["message_id"], "reply_markup": button_row("Go")}
    assert await client.bot_refusal("editMessageText", **again, text="<b>x</b>", parse_mode="HTML") == NOT_MODIFIED
    assert await client.bot_refusal("editMessageReplyMarkup", **again) == NOT_MODIFIED
    await client.bot_result("editMessageText", **again, text="x")


async def test_only_own_messages_that_are_there_can_be_edited(client: TelegramClient) -> None:
    person_message = await client.send_text(ANA, "mine")
    refused = await client.bot_refusal(
        "editMessageText", chat_id=ANA, message_id=person_message["message_id"], text="x"
    )
    assert refused == "Bad Request: message can't be edited"
    gone = await client.bot_refusal("editMessageText", chat_id=ANA, message_id=999, text="x")
    assert gone == "Bad Request: message to edit not found"


async def test_private_messages_of_one_person_are_not_seen_by_another(client: TelegramClient) -> None:
    await client.send_text(BEN, "/start")
    await client.bot_result("sendMessage", chat_id=ANA, text="for Ana")
    assert "for Ana" not in [message["text"] for message in await client.messages_of(BEN)]
    assert (await client.messages_of(ANA))[-1]["text"] == "for Ana"


async def test_a_deleted_message_is_gone_for_all(client: TelegramClient) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="oops")
    await client.bot_result("deleteMessage", chat_id=ANA, message_id=sent["message_id"])
    assert "oops" not in [message["text"] for message in await client.messages_of(ANA)]
    again = await client.bot_refusal("deleteMessage", chat_id=ANA, message_id=sent["message_id"])
    assert again == "Bad Request: message to delete not found"


async def test_after_two_days_a_message_stays(client: TelegramClient) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="old")
    await client.post("clock", advance=48 * 3600 + 60)
    refused = await client.bot_refusal("deleteMessage", chat_id=ANA, message_id=sent["message_id"])
    assert refused == "Bad Request: message can't be deleted for everyone"


async def test_a_reply_names_its_message_or_is_refused(client: TelegramClient) -> None:
    asked = await client.send_text(ANA, "where?")
    to_it = {"message_id": asked["message_id"]}
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="here", reply_parameters=to_it)
    assert sent["reply_to_message"]["text"] == "where?"
    to_nothing = {"message_id": 999}
    refused = await client.bot_refusal("sendMessage", chat_id=ANA, text="here", reply_parameters=to_nothing)
    assert refused == "Bad Request: message to be replied not found"
    anyhow = {**to_nothing, "allow_sending_without_reply": True}
    await client.bot_result("sendMessage", chat_id=ANA, text="here", reply_parameters=anyhow)


async def test_a_pinned_message_is_the_chats_pinned_message(client: TelegramClient) -> None:
    sent = await client.bot_result("sendMessage", chat_id=ANA, text="card")
    await client.bot_result("pinChatMessage", chat_id=ANA, message_id=sent["message_id"])
    assert (await client.bot_result("getChat", chat_id=ANA))["pinned_message"]["text"] == "card"
    await client.bot_result("unpinChatMessage", chat_id=ANA, message_id=sent["message_id"])
    assert "pinned_message" not in await client.bot_result("getChat", chat_id=ANA)
