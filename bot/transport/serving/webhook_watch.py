"""Watching the webhook of a campus: Telegram says whether it reaches us, and nobody else would."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramUnauthorizedError
from aiogram.types import WebhookInfo

from bot.transport.serving.bot_registry import BotRegistry
from bot.transport.serving.bot_state import note_bot_state
from bot.transport.update_payload import ALLOWED_UPDATES
from domain.campuses.campus import Campus
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.messaging.bot_troubles.repository import BotTrouble
from domain.settings.logs import get_logger
from domain.settings.settings import BotSettings
from domain.settings.timeouts import Timeout

WATCH_INTERVAL_SECONDS = Timeout.WEBHOOK_WATCH_INTERVAL.seconds
ERROR_AGE_SECONDS = Timeout.WEBHOOK_ERROR_AGE.seconds
MANY_PENDING_UPDATES = 100  # more than the people of a campus write in the time between two looks
MAX_WEBHOOK_CONNECTIONS = 40  # at once; Telegram's default

log = get_logger(__name__)


@dataclass(slots=True)
class _LastError:
    """The last error that Telegram told, which it goes on to tell when it is over, and since when it is the last."""

    date: datetime | None = None
    seen_at: float = 0.0  # by the clock of the event loop

    def follow(self, date: datetime | None) -> None:
        if date != self.date:
            self.date, self.seen_at = date, asyncio.get_running_loop().time()

    @property
    def is_recent(self) -> bool:
        return asyncio.get_running_loop().time() - self.seen_at <= ERROR_AGE_SECONDS


def _webhook_address(settings: BotSettings, campus: Campus) -> str:
    return f"{settings.public_url}/telegram/{campus.name}"


async def set_webhook(settings: BotSettings, bot: Bot, campus: Campus) -> None:
    """Let Telegram send the updates of a campus to us; it keeps those that are pending."""
    await bot.set_webhook(
        _webhook_address(settings, campus),
        secret_token=settings.telegram_webhook_secret,
        allowed_updates=list(ALLOWED_UPDATES),
        max_connections=MAX_WEBHOOK_CONNECTIONS,
        drop_pending_updates=False,
    )


async def watch_webhook(bot_registry: BotRegistry, open_database: UnitOfWorkFactory, bot: Bot, campus: Campus) -> None:
    """Ask Telegram for ever whether it reaches us. A webhook that somebody removed or took away is set again."""
    last_error = _LastError()
    while True:
        await asyncio.sleep(WATCH_INTERVAL_SECONDS)
        try:
            info = await bot.get_webhook_info()
            if info.url != _webhook_address(bot_registry.settings, campus):
                log.warning("webhook_was_changed", campus=campus.id, name=campus.name)
                await set_webhook(bot_registry.settings, bot, campus)
        except TelegramUnauthorizedError as refusal:
            _record(bot_registry, campus, refusal.message, is_serving=False)
            await note_bot_state(open_database, campus.id, BotTrouble.TOKEN, refusal.message)
        except TelegramAPIError as refusal:
            log.warning("webhook_not_watched", campus=campus.id, error=refusal.message)
        except Exception as error:
            log.warning("webhook_not_watched", campus=campus.id, error=type(error).__name__)
        else:
            last_error.follow(info.last_error_date)
            trouble = _read_trouble(info, last_error)
            _record(bot_registry, campus, trouble, is_serving=True)
            await note_bot_state(open_database, campus.id, BotTrouble.WEBHOOK, trouble)


def _read_trouble(info: WebhookInfo, last_error: _LastError) -> str | None:
    """Return what keeps updates from us: nothing does where few wait, without an error or with an old one."""
    waiting, said = info.pending_update_count, info.last_error_message
    if waiting and said is not None and last_error.is_recent:
        return f"{waiting} updates wait: {said}"
    return f"{waiting} updates wait" if waiting >= MANY_PENDING_UPDATES else None


def _record(bot_registry: BotRegistry, campus: Campus, trouble: str | None, *, is_serving: bool) -> None:
    if not bot_registry.set_state(campus.name, is_serving=is_serving, trouble=trouble):
        return
    if trouble is None:
        log.info("webhook_works", campus=campus.id, name=campus.name)
    else:
        log.error("webhook_fails", campus=campus.id, name=campus.name, error=trouble)
