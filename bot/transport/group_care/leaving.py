"""Leaving groups: the bot says so first, then leaves a group that nobody bound in time, or where nobody wanted it."""

from collections.abc import Mapping

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter

from bot.transport.group_care.leased_work import do_leased
from domain.campuses.group_repository import (
    GroupToLeave,
    forget_unbound_group,
    lease_groups_to_leave,
    mark_group_told,
    postpone_leaving,
)
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from domain.words import FALLBACK_LANGUAGE, say

LEAVING_INTERVAL_SECONDS = Timeout.GROUP_LEAVING_INTERVAL.seconds
MAX_POSTPONEMENT_SECONDS = Timeout.GROUP_LEAVING_POSTPONED_MAX.seconds

log = get_logger(__name__)


async def leave_unbound_groups(open_database: UnitOfWorkFactory, bots: Mapping[int, Bot]) -> None:
    """Leave for ever the groups whose time is over; each is leased, so that one process at a time leaves it."""
    await do_leased(open_database, bots, "leaving", LEAVING_INTERVAL_SECONDS, lease_groups_to_leave, _leave)


async def _leave(open_database: UnitOfWorkFactory, bot: Bot, group: GroupToLeave) -> None:
    if not group.is_told:
        try:
            await _say_so(open_database, bot, group)
        except TelegramRetryAfter as refusal:
            async with open_database() as work:
                await postpone_leaving(work, group, min(refusal.retry_after, MAX_POSTPONEMENT_SECONDS))
            return
        except (TelegramForbiddenError, TelegramBadRequest):  # it may not write here, or is not here any more
            log.info("group_left_without_a_word", campus=group.campus_id, chat=group.chat_id)
    async with open_database() as work:
        if not await mark_group_told(work, group):  # somebody bound it meanwhile
            return
    try:
        await bot.leave_chat(group.chat_id)
    except (TelegramForbiddenError, TelegramBadRequest) as error:  # it is not in the group any more
        log.info("group_was_left", campus=group.campus_id, chat=group.chat_id, error=error)
    async with open_database() as work:
        await forget_unbound_group(work, group.campus_id, group.chat_id)


async def _say_so(open_database: UnitOfWorkFactory, bot: Bot, group: GroupToLeave) -> None:
    async with open_database() as work:
        campus = await find_campus(work, group.campus_id)
    key = "bot-leaves-unbound" if group.had_time else "bot-leaves-unwanted"
    await bot.send_message(group.chat_id, say(FALLBACK_LANGUAGE, key, campus=campus.title), parse_mode="HTML")
