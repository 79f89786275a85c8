"""Creation of updates: which bot receives them, in which queue and for how long."""

from typing import Final

from sandbox.telegram.api_objects import message_object
from sandbox.telegram.parameter_types import DEFAULT_UPDATE_KINDS
from sandbox.telegram.records import Bot, JsonObject, Message, Update
from sandbox.telegram.telegram_sandbox import TelegramSandbox

MESSAGE_UPDATE_TTL_SECONDS: Final = 24 * 3600.0  # Bot API, getUpdates
CALLBACK_UPDATE_TTL_SECONDS: Final = 150.0  # for taps on buttons (telegram-bot-api, Client.cpp)


def notify_bot(telegram: TelegramSandbox, bot: Bot, kind: str, body: JsonObject, *, queue: str) -> int | None:
    """Create an update and return its update_id; return None when the bot does not receive this kind."""
    allowed = bot.allowed_updates
    if kind not in (DEFAULT_UPDATE_KINDS if allowed is None else allowed):
        return None
    update_id = telegram.world.next_update_id(bot.id)
    ttl_seconds = CALLBACK_UPDATE_TTL_SECONDS if kind == "callback_query" else MESSAGE_UPDATE_TTL_SECONDS
    create_update(telegram, bot, update_id, {kind: body}, queue=queue, ttl_seconds=ttl_seconds)
    return update_id


def create_update(
    telegram: TelegramSandbox, bot: Bot, update_id: int, body: JsonObject, *, queue: str, ttl_seconds: float
) -> None:
    """Create and queue an update with that id; it expires after `ttl_seconds`."""
    expires_at = telegram.clock.now() + ttl_seconds
    update = Update(bot_id=bot.id, update_id=update_id, body=body, queue=queue, expires_at=expires_at)
    queue_update(telegram, bot, update)


def queue_update(telegram: TelegramSandbox, bot: Bot, update: Update) -> None:
    """Store the update as pending, then wake the bot's long polls and start the webhook queue."""
    telegram.world.keep_update(update)
    shown = {"update_id": update.update_id, **update.body}
    telegram.feed.publish("update", {"chat": f"@{bot.username}"}, update=shown)
    telegram.poll_waker_of(bot.id).wake_all()
    telegram.courier.start_queue_of(update)


def notify_bot_of_message(telegram: TelegramSandbox, bot: Bot, message: Message) -> int | None:
    """Create an update about a new or an edited message, as `notify_bot` does."""
    kind = "message" if message.edit_date is None else "edited_message"
    return notify_bot(telegram, bot, kind, message_object(telegram.world, message), queue=f"chat:{message.place}")
