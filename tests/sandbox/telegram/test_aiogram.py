"""Tests that the real aiogram works with the sandbox. One test, because importing aiogram takes seconds."""

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramRetryAfter
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

from tests.sandbox.telegram.telegram_client import ANA, EVE, TelegramClient
from tests.sandbox.telegram.test_pictures import PNG


async def test_aiogram_polls_answers_and_understands_all_it_gets(client: TelegramClient) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(client.url))
    async with Bot(client.token, session=session) as bot:
        assert (await bot.me()).username == "campus_bot"
        button = InlineKeyboardButton(text="Claim", callback_data="v1:claim:1:1", style="success")
        markup = InlineKeyboardMarkup(inline_keyboard=[[button]])
        sent = await bot.send_message(ANA, "<b>job</b>", parse_mode="HTML", reply_markup=markup)
        assert sent.html_text == "<b>job</b>"

        tapped = await client.tap_label(ANA, sent.message_id, "Claim")
        query = (await bot.get_updates(timeout=5))[0].callback_query
        assert query is not None
        assert (query.id, query.data, query.from_user.id) == (tapped, "v1:claim:1:1", ANA)
        await bot.answer_callback_query(query.id, text="Yours", show_alert=True)
        assert (await client.get(f"taps/{tapped}"))["text"] == "Yours"
        with pytest.raises(TelegramBadRequest, match="query is too old"):
            await bot.answer_callback_query(query.id)

        group = await client.add_group(admin=True)
        link = await bot.create_chat_invite_link(group, creates_join_request=True)
        await client.post("join", user=EVE, invite_link=link.invite_link)
        await bot.approve_chat_join_request(group, EVE)
        await client.post("messages", from_=ANA, chat="@campus_bot", text="door", photo=True)
        updates = await bot.get_updates(offset=-10)
        kinds = {update.event_type for update in updates}
        assert kinds == {"callback_query", "my_chat_member", "chat_join_request", "message"}
        assert (await bot.get_chat(group)).title == "Runners"
        assert [admin.status for admin in await bot.get_chat_administrators(group)] == ["administrator"]

        photo = await bot.send_photo(ANA, BufferedInputFile(PNG, "shot.png"), caption="receipt")
        assert photo.photo is not None
        assert (await bot.get_file(photo.photo[-1].file_id)).file_size == len(PNG)
        await client.order_fault(method="sendMessage", kind="status", status=429, retry_after=4)
        with pytest.raises(TelegramRetryAfter) as caught:
            await bot.send_message(ANA, "x")
        assert caught.value.retry_after == 4
