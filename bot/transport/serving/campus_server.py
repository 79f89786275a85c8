"""Serving one campus: its bot is set up at Telegram, then its updates are fetched, or its webhook is watched."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramAPIError, TelegramRetryAfter, TelegramUnauthorizedError

from bot.conversation.commands import offer_default_commands
from bot.transport.polling import PollingSource, UpdatesInFlight, poll_updates
from bot.transport.serving.bot_registry import BotRegistry
from bot.transport.serving.bot_state import note_bot_state
from bot.transport.serving.group_check import watch_groups
from bot.transport.serving.webhook_watch import set_webhook, watch_webhook
from bot.transport.update_inbox import UpdateInbox
from domain.campuses.campus import Campus
from domain.campuses.repository import find_campus, save_bot_username
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.messaging.bot_troubles.repository import BotTrouble
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout

RETRY_DELAY_SECONDS = Timeout.BOT_SET_UP_RETRY.seconds
MAX_RETRY_DELAY_SECONDS = Timeout.BOT_SET_UP_RETRY_MAX.seconds
MAX_MENU_DELAY_SECONDS = Timeout.MENU_RETRY_MAX.seconds

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusServer:
    """What serving one campus needs."""

    campus: Campus
    token: str = field(repr=False)
    registry: BotRegistry
    database: UnitOfWorkFactory
    inbox: UpdateInbox
    session: aiohttp.ClientSession
    in_flight: UpdatesInFlight


async def serve_campus(server: CampusServer) -> None:
    """Set the bot up, trying until that works, and serve it until something raises that is none of Telegram's errors.

    The lists of commands are best effort: people are served without them.
    """
    campus, registry = server.campus, server.registry
    bot = registry.open_bot(campus.id, server.token)
    await _repeat_until_done(server, lambda: _set_up(server, bot))
    registry.bots[campus.id] = bot
    await _remember_name(server, bot)
    registry.by_name[campus.name] = campus.id
    registry.set_state(campus.name, is_serving=True)
    print(f"bot ready: {campus.name}", flush=True)
    async with asyncio.TaskGroup() as group:
        group.create_task(_offer_commands(server, bot))
        group.create_task(watch_groups(server.database, bot, campus.id))
        if registry.settings.public_url is None:
            group.create_task(poll_updates(_polling_source(server, bot)))
        else:
            group.create_task(watch_webhook(registry, server.database, bot, campus))


def _polling_source(server: CampusServer, bot: Bot) -> PollingSource:
    async def record(trouble: str | None, *, is_serving: bool) -> None:
        """Record how polling is. Whether the token is taken again is known from any answer that is no refusal."""
        server.registry.set_state(server.campus.name, is_serving=is_serving, trouble=trouble)
        if trouble is None or not is_serving:
            await note_bot_state(server.database, server.campus.id, BotTrouble.TOKEN, trouble)

    return PollingSource(
        campus_id=server.campus.id,
        url=bot.session.api.api_url(server.token, "getUpdates"),
        session=server.session,
        inbox=server.inbox,
        in_flight=server.in_flight,
        record_state=record,
    )


async def _set_up(server: CampusServer, bot: Bot) -> None:
    """Set the webhook if there is a public URL, else delete it and poll; Telegram keeps pending updates either way."""
    await bot.me()  # aiogram keeps it, and needs no call to compare a command that has our name in it
    if server.registry.settings.public_url is None:
        await bot.delete_webhook(drop_pending_updates=False)
    else:
        await set_webhook(server.registry.settings, bot, server.campus)


async def _repeat_until_done(server: CampusServer, act: Callable[[], Awaitable[None]]) -> None:
    """Call until Telegram does not refuse: less and less often what it refused, but as soon as it allows that."""
    campus, refusals = server.campus, 0
    while True:
        try:
            return await act()
        except TelegramRetryAfter as refusal:
            trouble, pause = refusal.message, float(refusal.retry_after)
        except TelegramAPIError as refusal:
            refusals += 1
            trouble = refusal.message
            if isinstance(refusal, TelegramUnauthorizedError):
                await note_bot_state(server.database, campus.id, BotTrouble.TOKEN, trouble)
            pause = min(RETRY_DELAY_SECONDS * 2.0 ** min(refusals - 1, 10), MAX_RETRY_DELAY_SECONDS)
        except (AiogramError, ValueError, TypeError, LookupError) as error:  # such as an answer that is no JSON
            trouble, pause = type(error).__name__, RETRY_DELAY_SECONDS
        if server.registry.set_state(campus.name, is_serving=False, trouble=trouble):
            print(f"bot waits for Telegram ({campus.name}): {trouble}", flush=True)
            log.warning("bot_not_set_up", campus=campus.id, name=campus.name, error=trouble)
        await asyncio.sleep(pause)


async def _remember_name(server: CampusServer, bot: Bot) -> None:
    """Save the bot's name: Stripe's pages link back to the chat by it; without it they link to Telegram's home page."""
    try:
        name = (await bot.me()).username
        async with server.database() as work:
            if name is not None and name != (await find_campus(work, server.campus.id)).bot_username:
                await save_bot_username(work, server.campus.id, name)
    except Exception as error:  # the next start saves it
        log.warning("bot_name_not_saved", campus=server.campus.id, error=type(error).__name__)


async def _offer_commands(server: CampusServer, bot: Bot) -> None:
    """Offer the lists of commands, and again after a refusal, not before Telegram allows it."""
    pause = RETRY_DELAY_SECONDS
    while True:
        try:
            return await offer_default_commands(bot, server.campus)
        except TelegramUnauthorizedError:
            return None  # a revoked token: the next start offers them
        except TelegramRetryAfter as refusal:
            pause = float(refusal.retry_after)
            log.warning("commands_not_offered", campus=server.campus.id, error=refusal.message, pause_seconds=pause)
        except Exception as error:
            said = error.message if isinstance(error, TelegramAPIError) else type(error).__name__
            pause = min(pause * 2, MAX_MENU_DELAY_SECONDS)
            log.warning("commands_not_offered", campus=server.campus.id, error=said, pause_seconds=pause)
        await asyncio.sleep(pause)
