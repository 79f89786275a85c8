"""Tests of pictures: what bots and people send, with captions, buttons and replies."""

import base64

import aiohttp

from sandbox.people.control_clients import Json
from tests.sandbox.telegram.telegram_client import ANA, BEN, TelegramClient, button_row

PNG = b"\x89PNG\r\n\x1a\n and the rest"
CAPTION = "<b>#7</b> the receipt: <blockquote expandable>two laksa</blockquote>"


async def upload_photo(client: TelegramClient, **fields: str) -> Json:
    """Upload a picture as the bot, and return the whole answer."""
    form = aiohttp.FormData({"chat_id": str(ANA), "photo": "attach://shot", **fields})
    form.add_field("shot", PNG, filename="shot.png")
    async with client.session.post(f"{client.url}/bot{client.token}/sendPhoto", data=form) as response:
        return await response.json()


async def picture(client: TelegramClient, file_id: str) -> bytes:
    """Return the bytes the chat page would show."""
    async with client.session.get(f"{client.url}/sim/files/{file_id}") as response:
        assert response.content_type == "image/png"
        return await response.read()


async def test_an_uploaded_photo_can_be_sent_again_and_fetched(client: TelegramClient) -> None:
    sent = (await upload_photo(client, caption="receipt"))["result"]
    file_id = sent["photo"][-1]["file_id"]
    assert sent["caption"] == "receipt"
    again = await client.bot_result("sendPhoto", chat_id=ANA, photo=file_id)
    assert again["photo"][-1]["file_id"] == file_id
    path = (await client.bot_result("getFile", file_id=file_id))["file_path"]
    async with client.session.get(f"{client.url}/file/bot{client.token}/{path}") as response:
        assert await response.read() == PNG


async def test_a_photo_that_is_none_is_refused(client: TelegramClient) -> None:
    assert "wrong file identifier" in await client.bot_refusal("sendPhoto", chat_id=ANA, photo="nonsense")
    form = aiohttp.FormData({"chat_id": str(ANA)})
    form.add_field("photo", b"plain words", filename="shot.png")
    async with client.session.post(f"{client.url}/bot{client.token}/sendPhoto", data=form) as response:
        assert (await response.json())["description"] == "Bad Request: IMAGE_PROCESS_FAILED"


async def test_any_photo_of_a_person_reaches_the_bot_with_its_caption(client: TelegramClient) -> None:
    await client.post("messages", from_=ANA, chat="@campus_bot", text="at the door", photo=True)
    message = (await client.get_updates())[0]["message"]
    assert message["caption"] == "at the door"
    file = await client.bot_result("getFile", file_id=message["photo"][-1]["file_id"])
    assert len(await picture(client, message["photo"][-1]["file_id"])) == file["file_size"] > 0


async def test_a_persons_own_picture_answers_a_message_and_is_relayed_with_caption_and_buttons(
    client: TelegramClient,
) -> None:
    card = await client.bot_result("sendMessage", chat_id=ANA, text="Your job")
    sent = await client.send_text(
        ANA, "the receipt", picture=base64.b64encode(PNG).decode(), reply_to=card["message_id"]
    )
    update = (await client.get_updates())[0]["message"]
    assert (update["caption"], update["reply_to_message"]["text"]) == ("the receipt", "Your job")
    file_id = update["photo"][-1]["file_id"]
    assert await picture(client, file_id) == PNG
    assert (sent["photo"], sent["reply_to"]) == (file_id, card["message_id"])

    start_message = await client.send_text(BEN, "/start")
    relayed = await client.bot_result(
        "sendPhoto",
        chat_id=BEN,
        photo=file_id,
        caption=CAPTION,
        parse_mode="HTML",
        reply_parameters={"message_id": start_message["message_id"]},
        reply_markup=button_row("Fine"),
    )
    assert relayed["reply_to_message"]["text"] == "/start"
    seen = (await client.messages_of(BEN))[-1]
    assert (seen["html"], seen["photo"], seen["reply_to"]) == (CAPTION, file_id, start_message["message_id"])
    assert seen["buttons"] == [[{"text": "Fine", "data": "fine"}]]


async def test_what_is_no_picture_is_refused_with_a_sentence(client: TelegramClient) -> None:
    assert "base64" in await client.control_refusal("messages", from_=ANA, chat="@campus_bot", picture="?!")
    words = base64.b64encode(b"plain words").decode()
    assert "IMAGE_PROCESS_FAILED" in await client.control_refusal(
        "messages", from_=ANA, chat="@campus_bot", picture=words
    )
    assert await client.get_updates() == []
