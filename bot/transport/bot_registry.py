"""The campuses that one process serves: each has its bot, set up at Telegram; new campuses are found while it runs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from traceback import format_tb

import aiohttp
from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError

from bot.conversation.commands import offer_default_commands
from bot.transport.caching_session import CachingSession
from bot.transport.polling import LONG_POLL_TIMEOUT_SECONDS, PollingSource, UpdatesInFlight, poll_updates
from bot.transport.update_inbox import UpdateInbox
from bot.transport.update_payload import ALLOWED_UPDATES
from domain.campuses.campus import Campus
from domain.campuses.repository import list_campuses, save_bot_username
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.settings.logs import get_logger
from domain.settings.settings import BotSettings
from domain.settings.timeouts import Timeout

CAMPUS_POLL_INTERVAL_SECONDS = Timeout.CAMPUS_POLL_INTERVAL.seconds
RETRY_DELAY_SECONDS = Timeout.BOT_SET_UP_RETRY.seconds
MAX_WEBHOOK_CONNECTIONS = 40  # at once; Telegram's default
CALL_TIMEOUT_SECONDS = Timeout.BOT_CALL.seconds

log = get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class BotRegistry:
    """The bots that run now; `ready` is set once every campus with a token has been set up."""

    settings: BotSettings
    bots: dict[int, Bot] = field(default_factory=dict)
    by_name: dict[str, int] = field(default_factory=dict)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    without_token: set[str] = field(default_factory=set)

    async def close(self) -> None:
        """Close the connections to Telegram."""
        for bot in self.bots.values():
            await bot.session.close()


async def serve_campuses(bot_registry: BotRegistry, open_database: UnitOfWorkFactory, inbox: UpdateInbox) -> None:
    """Set up new campuses for ever, and start polling where there is no webhook."""
    timeout = aiohttp.ClientTimeout(total=LONG_POLL_TIMEOUT_SECONDS + CALL_TIMEOUT_SECONDS)
    in_flight = UpdatesInFlight()
    async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
        while True:
            campuses = await _find_campuses(open_database)
            new_campuses = [campus for campus in campuses if campus.id not in bot_registry.bots]
            for campus, token in _with_tokens(bot_registry, new_campuses, is_only_campus=len(campuses) == 1):
                bot = await _set_up(bot_registry, campus, token)
                await _remember_name(open_database, campus, bot)
                bot_registry.bots[campus.id] = bot
                bot_registry.by_name[campus.name] = campus.id
                if bot_registry.settings.public_url is None:
                    url = bot.session.api.api_url(token, "getUpdates")
                    polling_source = PollingSource(
                        campus_id=campus.id, url=url, session=session, inbox=inbox, in_flight=in_flight
                    )
                    group.create_task(_keep_polling(polling_source))
            if bot_registry.bots and not bot_registry.ready.is_set():
                bot_registry.ready.set()
                print(f"bot ready: {', '.join(sorted(bot_registry.by_name))}", flush=True)
            await asyncio.sleep(CAMPUS_POLL_INTERVAL_SECONDS if bot_registry.bots else RETRY_DELAY_SECONDS)


async def _keep_polling(polling_source: PollingSource) -> None:
    """Poll for ever; an error that ends the polling of one campus is logged, and polling starts again."""
    while True:
        try:
            await poll_updates(polling_source)
        except Exception as error:
            _log_fault("polling_failed", polling_source.campus_id, error)
            await asyncio.sleep(RETRY_DELAY_SECONDS)


def _log_fault(happened: str, campus_id: int, error: Exception) -> None:
    """Log the traceback and the kind of an error only: the text of a client's error may hold the URL with the token."""
    log.error(happened, campus=campus_id, error=type(error).__name__, traceback="".join(format_tb(error.__traceback__)))


async def _find_campuses(open_database: UnitOfWorkFactory) -> Sequence[Campus]:
    try:
        async with open_database() as work:
            campuses = await list_campuses(work)
    except Exception as error:  # the database is away: the bots that run keep running
        log.warning("campuses_not_read", error=error)
        return ()
    if not campuses:
        print("bot waits for a campus: python -m workers.campus add FILE", flush=True)
    return campuses


def _with_tokens(
    bot_registry: BotRegistry, campuses: Sequence[Campus], *, is_only_campus: bool
) -> list[tuple[Campus, str]]:
    found = []
    for campus in campuses:
        token = bot_registry.settings.tokens.token_for(campus.name, is_only_campus=is_only_campus)
        if token is not None:
            found.append((campus, token))
        elif campus.name not in bot_registry.without_token:
            bot_registry.without_token.add(campus.name)
            name = f"TELEGRAM_BOT_TOKEN_{campus.name.upper()}"
            print(f"bot does not serve {campus.name}: {name} is not set", flush=True)
    return found


def new_bot(api_url: str, token: str) -> Bot:
    """Return aiogram's bot with our timeout; the library's own is a minute."""
    server = TelegramAPIServer.from_base(api_url)
    return Bot(token, session=CachingSession(api=server, timeout=CALL_TIMEOUT_SECONDS))


async def _set_up(bot_registry: BotRegistry, campus: Campus, token: str) -> Bot:
    """Return a bot with its commands and its webhook or polling set at Telegram; try until that works."""
    bot = new_bot(bot_registry.settings.telegram_api_url, token)
    while True:
        try:
            await bot.me()  # aiogram keeps it, and needs no call to compare a command that has our name in it
            await _configure_updates(bot_registry.settings, bot, campus)
            await offer_default_commands(bot, campus)
            return bot
        except AiogramError as error:
            print(f"bot waits for Telegram ({campus.name}): {type(error).__name__}", flush=True)
        except Exception as error:  # a response that aiogram cannot read must not end the other campuses
            _log_fault("bot_not_set_up", campus.id, error)
        await asyncio.sleep(RETRY_DELAY_SECONDS)


async def _remember_name(open_database: UnitOfWorkFactory, campus: Campus, bot: Bot) -> None:
    """Save the bot's name: Stripe's pages link back to the chat by it; without it they link to Telegram's home page."""
    try:
        name = (await bot.me()).username
        if name is None or name == campus.bot_username:
            return
        async with open_database() as work:
            await save_bot_username(work, campus.id, name)
    except Exception as error:  # the next start saves it
        _log_fault("bot_name_not_saved", campus.id, error)


async def _configure_updates(settings: BotSettings, bot: Bot, campus: Campus) -> None:
    """Set the webhook if there is a public URL, else delete it and poll; Telegram keeps pending updates either way."""
    if settings.public_url is None:
        await bot.delete_webhook(drop_pending_updates=False)
        return
    await bot.set_webhook(
        f"{settings.public_url}/telegram/{campus.name}",
        secret_token=settings.telegram_webhook_secret,
        allowed_updates=list(ALLOWED_UPDATES),
        max_connections=MAX_WEBHOOK_CONNECTIONS,
        drop_pending_updates=False,
    )
