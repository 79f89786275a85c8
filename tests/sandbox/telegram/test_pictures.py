"""Pictures: what bots and people send, with captions, buttons and answers."""

import base64

import aiohttp

from tests.sandbox.telegram.desk import ANA, BEN, Desk, Json, buttons

PNG = b"\x89PNG\r\n\x1a\n and the rest"
CAPTION = "<b>#7</b> the receipt: <blockquote expandable>two laksa</blockquote>"


async def uploads(desk: Desk, **fields: str) -> Json:
    """The bot sends a picture of its own; gives the whole answer."""
    form = aiohttp.FormData({"chat_id": str(ANA), "photo": "attach://shot", **fields})
    form.add_field("shot", PNG, filename="shot.png")
    async with desk.session.post(f"{desk.url}/bot{desk.token}/sendPhoto", data=form) as response:
        return await response.json()


async def picture(desk: Desk, file_id: str) -> bytes:
    """The bytes the chat page would show."""
    async with desk.session.get(f"{desk.url}/sim/files/{file_id}") as response:
        assert response.content_type == "image/png"
        return await response.read()


async def test_an_uploaded_photo_can_be_sent_again_and_fetched(desk: Desk) -> None:
    sent = (await uploads(desk, caption="receipt"))["result"]
    file_id = sent["photo"][-1]["file_id"]
    assert sent["caption"] == "receipt"
    again = await desk.done("sendPhoto", chat_id=ANA, photo=file_id)
    assert again["photo"][-1]["file_id"] == file_id
    path = (await desk.done("getFile", file_id=file_id))["file_path"]
    async with desk.session.get(f"{desk.url}/file/bot{desk.token}/{path}") as response:
        assert await response.read() == PNG


async def test_a_photo_that_is_none_is_refused(desk: Desk) -> None:
    assert "wrong file identifier" in await desk.refusal("sendPhoto", chat_id=ANA, photo="nonsense")
    form = aiohttp.FormData({"chat_id": str(ANA)})
    form.add_field("photo", b"plain words", filename="shot.png")
    async with desk.session.post(f"{desk.url}/bot{desk.token}/sendPhoto", data=form) as response:
        assert (await response.json())["description"] == "Bad Request: IMAGE_PROCESS_FAILED"


async def test_any_photo_of_a_person_reaches_the_bot_with_its_caption(desk: Desk) -> None:
    await desk.sim("messages", from_=ANA, chat="@campus_bot", text="at the door", photo=True)
    message = (await desk.updates())[0]["message"]
    assert message["caption"] == "at the door"
    file = await desk.done("getFile", file_id=message["photo"][-1]["file_id"])
    assert len(await picture(desk, message["photo"][-1]["file_id"])) == file["file_size"] > 0


async def test_a_persons_own_picture_answers_a_message_and_is_relayed_with_caption_and_buttons(desk: Desk) -> None:
    card = await desk.done("sendMessage", chat_id=ANA, text="Your job")
    sent = await desk.write(ANA, "the receipt", picture=base64.b64encode(PNG).decode(), reply_to=card["message_id"])
    update = (await desk.updates())[0]["message"]
    assert (update["caption"], update["reply_to_message"]["text"]) == ("the receipt", "Your job")
    file_id = update["photo"][-1]["file_id"]
    assert await picture(desk, file_id) == PNG
    assert (sent["photo"], sent["reply_to"]) == (file_id, card["message_id"])

    theirs = await desk.write(BEN, "/start")
    relayed = await desk.done(
        "sendPhoto",
        chat_id=BEN,
        photo=file_id,
        caption=CAPTION,
        parse_mode="HTML",
        reply_parameters={"message_id": theirs["message_id"]},
        reply_markup=buttons("Fine"),
    )
    assert relayed["reply_to_message"]["text"] == "/start"
    seen = (await desk.see(BEN))[-1]
    assert (seen["html"], seen["photo"], seen["reply_to"]) == (CAPTION, file_id, theirs["message_id"])
    assert seen["buttons"] == [[{"text": "Fine", "data": "fine"}]]


async def test_what_is_no_picture_is_refused_with_a_sentence(desk: Desk) -> None:
    assert "base64" in await desk.mistake("messages", from_=ANA, chat="@campus_bot", picture="?!")
    words = base64.b64encode(b"plain words").decode()
    assert "IMAGE_PROCESS_FAILED" in await desk.mistake("messages", from_=ANA, chat="@campus_bot", picture=words)
    assert await desk.updates() == []
