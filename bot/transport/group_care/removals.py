"""Removing people from the runner group: banned and unbanned at once, so that they may ask to return."""

from collections.abc import Mapping
from datetime import timedelta

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter

from bot.transport.group_care.leased_work import do_leased
from bot.transport.group_care.removal_refusals import RemovalRefusal, read_refusal
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.restrictions.model import GroupRemoval, RemovalStatus
from domain.restrictions.runner_groups.membership import find_group_to_remove_from, tell_removal_failed
from domain.restrictions.runner_groups.repository import end_removal, lease_removals, postpone_removal
from domain.settings.timeouts import Timeout

REMOVAL_INTERVAL_SECONDS = Timeout.GROUP_REMOVAL_INTERVAL.seconds  # between two queries
FORBIDDEN_RETRY_DELAY = Timeout.GROUP_REMOVAL_RETRY.delta  # the admins have to give the bot the right first
MAX_POSTPONEMENT = Timeout.GROUP_REMOVAL_RETRY.delta
BAN_DURATION = Timeout.GROUP_BAN.delta  # ends by itself when the unban after it does not arrive

_UNBAN_IN_SMALL_GROUP = "method is available for supergroup and channel chats only"


async def remove_from_groups(open_database: UnitOfWorkFactory, bots: Mapping[int, Bot]) -> None:
    """Do due removals for ever; each is leased, and one that fails is tried again when its lease is over."""
    await do_leased(open_database, bots, "removal", REMOVAL_INTERVAL_SECONDS, lease_removals, remove_from_group)


async def remove_from_group(open_database: UnitOfWorkFactory, bot: Bot, removal: GroupRemoval) -> None:
    """Remove one person, unless they may be in the group again; tell the admins when Telegram does not let the bot."""
    async with open_database() as work:
        group = await find_group_to_remove_from(work, removal)
        if group is None:
            await end_removal(work, removal, RemovalStatus.VOID)
            return
    try:
        await bot.ban_chat_member(group, removal.person_id, until_date=BAN_DURATION)
        await _unban(bot, group, removal.person_id)
    except TelegramRetryAfter as refusal:
        async with open_database() as work:
            await postpone_removal(work, removal, min(timedelta(seconds=refusal.retry_after), MAX_POSTPONEMENT))
    except (TelegramForbiddenError, TelegramBadRequest) as refusal:
        await _record_refusal(open_database, removal, refusal.message)
    else:
        async with open_database() as work:
            await end_removal(work, removal, RemovalStatus.DONE)


async def _unban(bot: Bot, group: int, person_id: int) -> None:
    """Let the person ask to join again; in a group that is no supergroup nobody stays banned."""
    try:
        await bot.unban_chat_member(group, person_id, only_if_banned=True)
    except TelegramBadRequest as refusal:
        if _UNBAN_IN_SMALL_GROUP not in refusal.message:
            raise


async def _record_refusal(open_database: UnitOfWorkFactory, removal: GroupRemoval, message: str) -> None:
    meaning = read_refusal(message)
    async with open_database() as work:
        if meaning is RemovalRefusal.ABSENT:
            await end_removal(work, removal, RemovalStatus.DONE)
            return
        await tell_removal_failed(work, removal, message)
        if meaning is RemovalRefusal.PROTECTED:
            await end_removal(work, removal, RemovalStatus.REFUSED)
            return
        await postpone_removal(work, removal, FORBIDDEN_RETRY_DELAY)
