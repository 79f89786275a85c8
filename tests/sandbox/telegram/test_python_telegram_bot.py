"""Tests that the real python-telegram-bot works with the sandbox."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter
from telegram.ext import ExtBot

from tests.sandbox.telegram.telegram_client import ANA, BEN, TelegramClient
from tests.sandbox.telegram.test_pictures import PNG

MARKUP = InlineKeyboardMarkup([[InlineKeyboardButton("Claim", callback_data="v1:claim:1:1")]])


@pytest.fixture
async def sender(client: TelegramClient) -> AsyncIterator[ExtBot[None]]:
    """python-telegram-bot, with the sandbox as its API."""
    bot: ExtBot[None] = ExtBot(client.token, base_url=f"{client.url}/bot", base_file_url=f"{client.url}/file/bot")
    async with bot:
        yield bot


async def test_it_sends_and_edits(client: TelegramClient, sender: ExtBot[None]) -> None:
    assert sender.username == "campus_bot"
    sent = await sender.send_message(ANA, "<b>job</b> 1", parse_mode=ParseMode.HTML, reply_markup=MARKUP)
    assert sent.text_html == "<b>job</b> 1"
    assert sent.reply_markup == MARKUP
    edited = await sender.edit_message_text("taken", chat_id=ANA, message_id=sent.message_id)
    assert not isinstance(edited, bool)
    assert edited.edit_date is not None
    assert (await client.messages_of(ANA))[-1]["text"] == "taken"


async def test_it_reads_refusals_as_its_own_errors(client: TelegramClient, sender: ExtBot[None]) -> None:
    sent = await sender.send_message(ANA, "card", reply_markup=MARKUP)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await sender.edit_message_text("card", chat_id=ANA, message_id=sent.message_id, reply_markup=MARKUP)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await sender.edit_message_text("card", chat_id=ANA, message_id=999)
    with pytest.raises(BadRequest, match="Chat not found"):
        await sender.send_message(5, "x")
    with pytest.raises(Forbidden, match="can't initiate"):
        await sender.send_message(BEN, "x")
    await client.post("block", user=ANA, bot="campus_bot")
    with pytest.raises(Forbidden, match="blocked"):
        await sender.send_message(ANA, "x")


async def test_it_raises_the_seconds_to_wait(
    client: TelegramClient, sender: ExtBot[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # without it the library warns about its own future version
    await client.order_fault(method="sendMessage", kind="status", status=429, retry_after=3)
    with pytest.raises(RetryAfter) as caught:
        await sender.send_message(ANA, "x")
    assert caught.value.retry_after == timedelta(seconds=3)


async def test_it_learns_of_a_migrated_group_and_of_a_lost_answer(client: TelegramClient, sender: ExtBot[None]) -> None:
    group = await client.add_group(kind="group")
    new_id = (await client.post("migrate", chat=group))["id"]
    with pytest.raises(ChatMigrated) as caught:
        await sender.send_message(group, "x")
    assert caught.value.new_chat_id == new_id
    await client.order_fault(method="sendMessage", kind="lost_answer")
    with pytest.raises(NetworkError):
        await sender.send_message(new_id, "x")


async def test_its_rarer_calls_are_understood(client: TelegramClient, sender: ExtBot[None]) -> None:
    photo = await sender.send_photo(ANA, PNG, caption="receipt")
    fetched = await (await sender.get_file(photo.photo[-1].file_id)).download_as_bytearray()
    assert bytes(fetched) == PNG
    group = await client.add_group(admin=True)
    assert (await sender.get_chat_member(group, sender.id)).status == "administrator"
    assert (await sender.get_chat(group)).title == "Runners"
    link = await sender.create_chat_invite_link(group, name="runners", member_limit=1)
    assert (await client.post("join", user=BEN, invite_link=link.invite_link))["joined"] is True
    await sender.set_my_commands([("orders", "My orders")])
    assert (await sender.get_my_commands())[0].command == "orders"
    await sender.pin_chat_message(ANA, photo.message_id)
    await sender.delete_message(ANA, photo.message_id)
    updates = await sender.get_updates()
    assert all(update.effective_chat is not None for update in updates)
