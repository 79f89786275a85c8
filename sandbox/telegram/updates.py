"""Telling bots what happened: which bot is told what, in which queue and for how long."""

from typing import Final

from .methods import DEFAULT_UPDATE_KINDS
from .records import Bot, JsonObject, Message, Update
from .telegram import Telegram
from .views import message_object

MESSAGE_LIFE: Final = 24 * 3600.0  # seconds an update waits for the bot (Bot API, getUpdates)
CALLBACK_LIFE: Final = 150.0  # seconds, for button presses (telegram-bot-api, Client.cpp)


def tell(telegram: Telegram, bot: Bot, kind: str, body: JsonObject, *, queue: str) -> int | None:
    """Make an update for the bot, or none when it did not ask for this kind; gives the update_id."""
    allowed = bot.allowed_updates
    if kind not in (DEFAULT_UPDATE_KINDS if allowed is None else allowed):
        return None
    update_id = telegram.world.next_update_id(bot.id)
    life = CALLBACK_LIFE if kind == "callback_query" else MESSAGE_LIFE
    post(telegram, bot, update_id, {kind: body}, queue=queue, life=life)
    return update_id


def post(telegram: Telegram, bot: Bot, update_id: int, body: JsonObject, *, queue: str, life: float) -> None:
    """Put an update of that id before the bot, to be fetched or pushed within `life` seconds."""
    expires_at = telegram.clock.now() + life
    update = Update(bot_id=bot.id, update_id=update_id, body=body, queue=queue, expires_at=expires_at)
    send_out(telegram, bot, update)


def send_out(telegram: Telegram, bot: Bot, update: Update) -> None:
    """Keep the update as pending and wake whoever brings it to the bot."""
    telegram.world.keep_update(update)
    shown = {"update_id": update.update_id, **update.body}
    telegram.feed.tell("update", {"chat": f"@{bot.username}"}, update=shown)
    telegram.bell_of(bot.id).ring()
    telegram.courier.carry(update)


def tell_message(telegram: Telegram, bot: Bot, message: Message) -> int | None:
    """Tell a bot about a message in a chat it is in."""
    body = message_object(telegram.world, message)
    return tell(telegram, bot, "message", body, queue=f"chat:{message.place}")
