"""The reply sender: it queues the replies of a handler after the commit, and makes the call for each of them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, WebAppInfo

from bot.conversation.commands import OfferedCommands, offer_commands
from bot.conversation.replies import (
    Answer,
    CommandMenu,
    CreateInviteLink,
    EditMenu,
    JoinRequestAnswer,
    NewMessage,
    Picture,
    Replies,
    Reply,
    Rows,
    Screen,
)
from bot.conversation.request_context import truncate
from bot.transport.metrics import BotMetrics
from bot.transport.replies.queued_reply import QueuedReply, lifetime_of, queue_key
from bot.transport.replies.refused_buttons import without_refused_buttons
from bot.transport.replies.reply_queue import ReplyQueue
from bot.transport.update_payload import ReplyTarget, find_reply_target
from domain.campuses.group_repository import save_group_invite, update_group_chat_id
from domain.campuses.people_repository import mark_unreachable
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.inbox.repository import IncomingUpdate
from domain.messaging.bot_troubles.refused_buttons import (
    describe_button_refusal,
    is_button_refused,
    tell_buttons_refused,
)
from domain.messaging.buttons import MENU_SCREEN, Button, Tap, pack
from domain.messaging.group_refusals import is_group_refused, is_topic_refused
from domain.orders.use_cases.lost_groups import record_group_lost
from domain.quotes import shorten_text
from domain.settings.logs import get_refusal_logger
from domain.support.feedback import is_within_length
from domain.words import say_plain

MAX_ANSWER_LENGTH = 200  # characters (core.telegram.org/bots/api#answercallbackquery)
MAX_TEXT_LENGTH = 4096  # UTF-16 units
MAX_CAPTION_LENGTH = 1024
QUOTE_END = "</blockquote>"
log = get_refusal_logger(__name__)  # anybody can have a chat that takes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySender:
    """What sending needs: the bot of each campus, and the database for what Telegram reports about chats."""

    bots: Mapping[int, Bot]
    database: UnitOfWorkFactory
    metrics: BotMetrics
    offered_commands: OfferedCommands = field(default_factory=OfferedCommands)


def queue_replies(sender: ReplySender, queue: ReplyQueue, incoming_update: IncomingUpdate, replies: Replies) -> None:
    """Queue the replies to an update, and the answer to its tap, which every tap gets."""
    target, bot = find_reply_target(incoming_update.payload), sender.bots.get(incoming_update.campus_id)
    if target is None or bot is None:
        return
    if target.tap_id is not None and not any(isinstance(reply, Answer) for reply in replies):
        replies = (Answer(""), *replies)
    now = asyncio.get_running_loop().time()
    for reply in replies:
        if isinstance(reply, CommandMenu) and not sender.offered_commands.is_changed(bot.id, reply):
            continue
        queued = QueuedReply(
            reply=reply,
            campus_id=incoming_update.campus_id,
            update_id=incoming_update.update_id,
            target=target,
            expires_at=now + lifetime_of(reply),
        )
        queue.put(queue_key(incoming_update.campus_id, incoming_update.person_id, target, reply), queued)


async def send_reply(sender: ReplySender, queued: QueuedReply) -> Reply | None:
    """Make one call to Telegram, and raise aiogram's error if it fails.

    Return the reply to send in its place, when Telegram refuses this one for good but may take another.
    """
    try:
        return await _make_call(sender, queued)
    except TelegramBadRequest as error:
        plain = None
        if is_button_refused(error.message):
            plain = without_refused_buttons(queued.reply, queued.target.language)
        if plain is None:
            raise
        await _record_refused_buttons(sender, queued, error.message)
        return plain


async def _record_refused_buttons(sender: ReplySender, queued: QueuedReply, said: str) -> None:
    """Log it, and tell the admins; the reply is sent without the buttons even while the database is away."""
    log.error("reply_buttons_refused", reply=type(queued.reply).__name__, error=describe_button_refusal(said))
    try:
        async with sender.database() as work:
            await tell_buttons_refused(work, queued.campus_id, said)
    except Exception as failure:
        log.warning("refusal_not_recorded", error=failure)


async def _make_call(sender: ReplySender, queued: QueuedReply) -> Reply | None:
    bot, target = sender.bots[queued.campus_id], queued.target
    match queued.reply:
        case Answer() as answer:
            await _answer_tap(bot, target, answer)
        case NewMessage(screen=screen):
            await _send_screen(bot, target, with_home_button(screen, target))
        case EditMenu(screen=screen, message_id=message_id):
            return await _edit_screen(bot, target, screen, message_id or target.message_id)
        case CreateInviteLink() as wanted:
            return await _create_invite_link(sender, bot, queued.campus_id, target.chat_id, wanted)
        case JoinRequestAnswer(person_id=person_id, approved=True):
            await bot.approve_chat_join_request(target.chat_id, person_id)
        case JoinRequestAnswer(person_id=person_id):
            await bot.decline_chat_join_request(target.chat_id, person_id)
        case Picture() as picture:
            await _send_picture(bot, target, picture)
        case CommandMenu() as menu:
            await offer_commands(bot, sender.offered_commands, menu)
        case _:
            assert_never(queued.reply)
    return None


async def record_refusal(sender: ReplySender, queued: QueuedReply, error: Exception) -> None:
    """Record what Telegram says about a chat when it refuses a reply for good, and log everything else."""
    match error:
        case TelegramForbiddenError(message=said):
            await _mark_unreachable(sender, queued, said)
        case TelegramBadRequest(message=said) if not queued.target.is_private and is_group_refused(said):
            await _mark_unreachable(sender, queued, said)
        case TelegramMigrateToChat(migrate_to_chat_id=after):
            async with sender.database() as work:
                await update_group_chat_id(work, queued.campus_id, before=queued.target.chat_id, after=after)
        case _:
            sender.metrics.replies_failed.inc()
            log.warning("reply_not_sent", reply=type(queued.reply).__name__, error=error)


def with_home_button(screen: Screen, target: ReplyTarget) -> Screen:
    """Add [Home] to a screen without buttons in a private chat; groups have commands instead."""
    if screen.rows or not target.is_private:
        return screen
    home = Button(label=say_plain(target.language, "bot-button-home"), data=pack(Tap.HOME, argument=MENU_SCREEN))
    return Screen(screen.text, ((home,),))


async def _answer_tap(bot: Bot, target: ReplyTarget, reply: Answer) -> None:
    if target.tap_id is None:
        return
    text = truncate(reply.text, MAX_ANSWER_LENGTH) or None
    try:
        await bot.answer_callback_query(target.tap_id, text=text, show_alert=reply.alert or None)
    except TelegramBadRequest as error:
        if "query is too old" not in error.message:  # it was answered before, or it is too late to answer
            raise


async def _send_screen(bot: Bot, target: ReplyTarget, screen: Screen) -> None:
    await bot.send_message(
        target.chat_id,
        _fit_text(screen.text),
        message_thread_id=target.topic,
        parse_mode="HTML",
        reply_markup=build_keyboard(screen.rows),
    )


async def _send_picture(bot: Bot, target: ReplyTarget, picture: Picture) -> None:
    photo = BufferedInputFile(await asyncio.to_thread(picture.render), "campusg.png")
    caption, markup = truncate(picture.caption, MAX_CAPTION_LENGTH), build_keyboard(picture.rows)
    await bot.send_photo(
        target.chat_id,
        photo,
        message_thread_id=target.topic,
        caption=caption,
        parse_mode="HTML",
        reply_markup=markup,
    )


async def _edit_screen(bot: Bot, target: ReplyTarget, screen: Screen, message_id: int | None) -> NewMessage | None:
    if message_id is None:
        return NewMessage(screen)
    shown = with_home_button(screen, target)
    try:
        await bot.edit_message_text(
            _fit_text(shown.text),
            chat_id=target.chat_id,
            message_id=message_id,
            parse_mode="HTML",
            reply_markup=build_keyboard(shown.rows),
        )
    except TelegramBadRequest as error:
        if is_button_refused(error.message):
            raise
        if "message is not modified" not in error.message:  # deleted, or too old to edit
            return NewMessage(screen)
    return None


async def _create_invite_link(
    sender: ReplySender, bot: Bot, campus_id: int, chat_id: int, reply: CreateInviteLink
) -> NewMessage:
    """Create the invite link outside of any transaction, then save it in one of its own; the group is bound already."""
    try:
        link = await bot.create_chat_invite_link(chat_id, name="CampusG", creates_join_request=True)
    except (TelegramBadRequest, TelegramForbiddenError) as error:
        log.warning("invite_link_not_created", chat=chat_id, error=error)
        return NewMessage(reply.failure_screen)
    async with sender.database() as work:
        await save_group_invite(work, campus_id, chat_id=chat_id, invite=link.invite_link)
    return NewMessage(reply.success_screen)


async def _mark_unreachable(sender: ReplySender, queued: QueuedReply, said: str) -> None:
    """Record that nothing can be written to a chat. Of a closed topic that is not the bound one nothing is recorded."""
    campus_id, target = queued.campus_id, queued.target
    log.warning("chat_unreachable", chat=target.chat_id, error=said)
    async with sender.database() as work:
        if target.is_private:
            await mark_unreachable(work, campus_id, target.chat_id)
            return
        bound_topic = (await find_campus(work, campus_id)).topic_of(target.chat_id)
        if bound_topic == target.topic or not is_topic_refused(said):
            await record_group_lost(work, campus_id, target.chat_id, said)


def build_keyboard(button_rows: Rows) -> InlineKeyboardMarkup | None:
    """Return the rows of buttons as Telegram's type."""
    if not button_rows:
        return None
    rows = [
        [
            InlineKeyboardButton(
                text=button.label,
                callback_data=button.data,
                url=button.url,
                web_app=None if button.web_app is None else WebAppInfo(url=button.web_app),
                style=None if button.style is None else button.style.value,
            )
            for button in row
        ]
        for row in button_rows
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _fit_text(text: str) -> str:
    """Return as many whole lines as Telegram accepts. Only a quote of several lines may be left open by that."""
    if is_within_length(text, MAX_TEXT_LENGTH):
        return text
    kept = shorten_text(text, MAX_TEXT_LENGTH - len(QUOTE_END) - 2)
    lines = kept[: kept.rfind("\n")]
    is_open = lines.count("<blockquote") > lines.count(QUOTE_END)
    return lines + (QUOTE_END if is_open else "") + "\n…"
