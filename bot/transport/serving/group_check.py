"""Looking whether Telegram takes a bot, and lets it write in its groups: of some changes it tells a bot nothing."""

import asyncio

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramUnauthorizedError
from aiogram.types import ChatMemberAdministrator, ChatMemberMember, ChatMemberOwner, ChatMemberRestricted

from bot.transport.serving.bot_state import note_bot_state
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.messaging.bot_troubles.repository import BotTrouble
from domain.messaging.group_refusals import is_group_refused
from domain.orders.use_cases.lost_groups import record_group_lost, record_group_regained
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout

CHECK_INTERVAL_SECONDS = Timeout.GROUP_CHECK_INTERVAL.seconds
LOST_CHECK_INTERVAL_SECONDS = Timeout.LOST_GROUP_CHECK_INTERVAL.seconds
MAY_NOT_WRITE = "not enough rights to send text messages to the chat"  # Telegram's words, when it is not asked to send

log = get_logger(__name__)


async def watch_groups(open_database: UnitOfWorkFactory, bot: Bot, campus_id: int) -> None:
    """Look for ever, soon again while a group is lost, or Telegram refuses the bot."""
    while True:
        is_lost = False
        try:
            await bot.get_me()
            await note_bot_state(open_database, campus_id, BotTrouble.TOKEN, None)
            is_lost = await check_groups(open_database, bot, campus_id)
        except TelegramUnauthorizedError as refusal:
            is_lost = True
            await note_bot_state(open_database, campus_id, BotTrouble.TOKEN, refusal.message)
        except Exception as error:  # Telegram or the database is away: the next look
            log.warning("groups_not_checked", campus=campus_id, error=type(error).__name__)
        await asyncio.sleep(LOST_CHECK_INTERVAL_SECONDS if is_lost else CHECK_INTERVAL_SECONDS)


async def check_groups(open_database: UnitOfWorkFactory, bot: Bot, campus_id: int) -> bool:
    """Record what Telegram says about each group of a campus. Return whether one is lost, or there is none."""
    async with open_database() as work:
        campus = await find_campus(work, campus_id)
    is_lost = campus.runner_group is None
    for chat_id in (campus.runner_group, campus.admin_chat):
        if chat_id is None:
            continue
        why = await _why_lost(bot, chat_id)
        async with open_database() as work:
            if why is None:
                await record_group_regained(work, campus.id, chat_id, topic_too=False)
            else:
                await record_group_lost(work, campus.id, chat_id, why)
        is_lost = is_lost or why is not None
    return is_lost


async def _why_lost(bot: Bot, chat_id: int) -> str | None:
    """Return why the bot may not write in this group; None when it may. Raise aiogram's error when nobody knows."""
    try:
        member = await bot.get_chat_member(chat_id, bot.id)
        match member:
            case ChatMemberOwner() | ChatMemberAdministrator():
                return None
            case ChatMemberRestricted(can_send_messages=True) | ChatMemberMember():
                permissions = (await bot.get_chat(chat_id)).permissions
                is_muted = permissions is not None and permissions.can_send_messages is False
                return MAY_NOT_WRITE if is_muted else None
            case ChatMemberRestricted():
                return MAY_NOT_WRITE
            case _:
                return "bot is not a member of the group"
    except (TelegramForbiddenError, TelegramBadRequest) as refusal:
        if not is_group_refused(refusal.message):
            raise
        return refusal.message
