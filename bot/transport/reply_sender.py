"""The reply sender: it sends the replies of handlers after the commit, and logs those that fail."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

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
from bot.transport.update_payload import ReplyTarget, find_reply_target
from domain.campuses.group_repository import save_group_invite, update_group_chat_id
from domain.campuses.people_repository import mark_unreachable
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.inbox.repository import IncomingUpdate
from domain.messaging.buttons import MENU_SCREEN, Button, Tap, pack
from domain.settings.logs import get_refusal_logger
from domain.support.feedback import is_within_length, shorten_text
from domain.words import say_plain

MAX_ANSWER_LENGTH = 200  # characters (core.telegram.org/bots/api#answercallbackquery)
MAX_TEXT_LENGTH = 4096  # UTF-16 units
MAX_CAPTION_LENGTH = 1024
MAX_RETRY_AFTER_SECONDS = 30  # of `retry_after`; meanwhile only the updates of this person wait
MAX_ATTEMPTS = 3

Result = TypeVar("Result")
log = get_refusal_logger(__name__)  # anybody can have a chat that takes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySender:
    """What sending needs: the bot of each campus, and the database for what Telegram reports about chats."""

    bots: Mapping[int, Bot]
    database: UnitOfWorkFactory
    metrics: BotMetrics
    offered_commands: OfferedCommands = field(default_factory=OfferedCommands)


async def send_replies(sender: ReplySender, incoming_update: IncomingUpdate, replies: Replies) -> None:
    """Answer the tap, always, then send the rest in order; log errors of Telegram, never raise them."""
    target, bot = find_reply_target(incoming_update.payload), sender.bots.get(incoming_update.campus_id)
    if target is None or bot is None:
        return
    if target.tap_id is not None and not any(isinstance(reply, Answer) for reply in replies):
        replies = (Answer(""), *replies)
    for reply in sorted(replies, key=lambda reply: not isinstance(reply, Answer)):
        try:
            await _send_reply(sender, bot, incoming_update, target, reply)
        except TelegramForbiddenError:
            await _mark_unreachable(sender, incoming_update, target)
        except TelegramMigrateToChat as moved:
            await _follow_migration(
                sender, incoming_update.campus_id, before=target.chat_id, after=moved.migrate_to_chat_id
            )
        except Exception as error:  # the effect is committed: no failure here may undo or repeat it
            sender.metrics.replies_failed.inc()
            log.warning("reply_not_sent", reply=type(reply).__name__, update=incoming_update.update_id, error=error)


async def _send_reply(
    sender: ReplySender, bot: Bot, incoming_update: IncomingUpdate, target: ReplyTarget, reply: Reply
) -> None:
    match reply:
        case Answer():
            await _answer_tap(bot, target, reply)
        case NewMessage(screen=screen):
            await _send_screen(bot, target.chat_id, with_home_button(screen, target))
        case EditMenu(screen=screen):
            await _edit_screen(bot, target, with_home_button(screen, target))
        case CreateInviteLink():
            await _create_invite_link(sender, bot, incoming_update.campus_id, target.chat_id, reply)
        case JoinRequestAnswer(person_id=person_id, approved=True):
            await _with_retries(lambda: bot.approve_chat_join_request(target.chat_id, person_id))
        case JoinRequestAnswer(person_id=person_id):
            await _with_retries(lambda: bot.decline_chat_join_request(target.chat_id, person_id))
        case Picture():
            await _send_picture(bot, target.chat_id, reply)
        case CommandMenu():
            await offer_commands(bot, sender.offered_commands, reply)


def with_home_button(screen: Screen, target: ReplyTarget) -> Screen:
    """Add [Home] to a screen without buttons in a private chat; groups have commands instead."""
    if screen.rows or not target.is_private:
        return screen
    home = Button(label=say_plain(target.language, "bot-button-home"), data=pack(Tap.HOME, argument=MENU_SCREEN))
    return Screen(screen.text, ((home,),))


async def _answer_tap(bot: Bot, target: ReplyTarget, reply: Answer) -> None:
    tap_id = target.tap_id
    if tap_id is None:
        return
    text = truncate(reply.text, MAX_ANSWER_LENGTH) or None
    try:
        await _with_retries(lambda: bot.answer_callback_query(tap_id, text=text, show_alert=reply.alert or None))
    except TelegramBadRequest as error:
        if "query is too old" not in error.message:  # it was answered before, or it is too late to answer
            raise


async def _send_screen(bot: Bot, chat_id: int, screen: Screen) -> None:
    markup = build_keyboard(screen.rows)
    # Sent again after a broken connection too: two menus are better than none.
    await _with_retries(
        lambda: bot.send_message(chat_id, _fit_text(screen.text), parse_mode="HTML", reply_markup=markup)
    )


async def _send_picture(bot: Bot, chat_id: int, picture: Picture) -> None:
    photo = BufferedInputFile(await asyncio.to_thread(picture.render), "campusg.png")
    caption, markup = truncate(picture.caption, MAX_CAPTION_LENGTH), build_keyboard(picture.rows)
    await _with_retries(lambda: bot.send_photo(chat_id, photo, caption=caption, parse_mode="HTML", reply_markup=markup))


async def _edit_screen(bot: Bot, target: ReplyTarget, screen: Screen) -> None:
    if target.message_id is None:
        await _send_screen(bot, target.chat_id, screen)
        return
    markup, message_id = build_keyboard(screen.rows), target.message_id
    try:
        await _with_retries(
            lambda: bot.edit_message_text(
                _fit_text(screen.text),
                chat_id=target.chat_id,
                message_id=message_id,
                parse_mode="HTML",
                reply_markup=markup,
            )
        )
    except TelegramBadRequest as error:
        if "message is not modified" not in error.message:  # deleted, or too old to edit
            await _send_screen(bot, target.chat_id, screen)


async def _create_invite_link(
    sender: ReplySender, bot: Bot, campus_id: int, chat_id: int, reply: CreateInviteLink
) -> None:
    """Create the invite link outside of any transaction, then save it in one of its own; the group is bound already."""
    try:
        link = await _with_retries(
            lambda: bot.create_chat_invite_link(chat_id, name="CampusG", creates_join_request=True)
        )
    except TelegramAPIError as error:
        log.warning("invite_link_not_created", chat=chat_id, error=error)
        await _send_screen(bot, chat_id, reply.failure_screen)
        return
    async with sender.database() as work:
        await save_group_invite(work, campus_id, chat_id=chat_id, invite=link.invite_link)
    await _send_screen(bot, chat_id, reply.success_screen)


async def _with_retries(call: Callable[[], Awaitable[Result]]) -> Result:
    """Repeat a call when Telegram asks to wait, or when the connection breaks."""
    for attempt in range(1, MAX_ATTEMPTS):
        try:
            return await call()
        except TelegramRetryAfter as pause:
            if pause.retry_after > MAX_RETRY_AFTER_SECONDS:
                raise
            await asyncio.sleep(pause.retry_after)
        except (TelegramNetworkError, TelegramServerError):
            await asyncio.sleep(0.2 * attempt)
    return await call()


async def _mark_unreachable(sender: ReplySender, incoming_update: IncomingUpdate, target: ReplyTarget) -> None:
    log.warning("chat_unreachable", chat=target.chat_id, campus=incoming_update.campus_id)
    if target.is_private:
        async with sender.database() as work:
            await mark_unreachable(work, incoming_update.campus_id, target.chat_id)


async def _follow_migration(sender: ReplySender, campus_id: int, *, before: int, after: int) -> None:
    async with sender.database() as work:
        await update_group_chat_id(work, campus_id, before=before, after=after)


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
                style=None if button.style is None else button.style.value,
            )
            for button in row
        ]
        for row in button_rows
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _fit_text(text: str) -> str:
    """Return as many whole lines as Telegram accepts: each of our lines closes the tags it opens."""
    if is_within_length(text, MAX_TEXT_LENGTH):
        return text
    kept = shorten_text(text, MAX_TEXT_LENGTH - 2)
    return kept[: kept.rfind("\n")] + "\n…"
