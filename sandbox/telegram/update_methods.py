"""Bot API methods that receive updates: getUpdates and webhooks."""

import re
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from sandbox.telegram.bot_api_refusals import BotApiRefusal, bad_request, sandbox_refusal
from sandbox.telegram.parameter_types import DEFAULT_UPDATE_KINDS, UPDATE_KINDS
from sandbox.telegram.parameters import BotApiCall
from sandbox.telegram.records import JsonObject, Update, Webhook
from sandbox.telegram.telegram_sandbox import TelegramSandbox

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
WEBHOOK_PORTS: Final = frozenset({80, 88, 443, 8443})  # Bot API, setWebhook
MAX_POLL_SECONDS: Final = 50  # telegram-bot-api's limit
_CONFLICT_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
_CONFLICT_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


async def get_updates(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle getUpdates; a newer call of the same bot ends an older one with 409."""
    bot_id = call.bot.id
    _refuse_while_webhook_set(telegram, bot_id)
    _store_allowed_kinds(telegram, call)
    poll_number = telegram.latest_poll_numbers[bot_id] = telegram.latest_poll_numbers.get(bot_id, 0) + 1
    telegram.poll_waker_of(bot_id).wake_all()
    _confirm(telegram, bot_id, call.number("offset") or 0)
    limit = min(max(call.number("limit") or 100, 1), 100)
    timeout = min(max(call.number("timeout") or 0, 0), MAX_POLL_SECONDS)

    def ready() -> list[Update] | None:
        if telegram.latest_poll_numbers[bot_id] != poll_number:
            raise BotApiRefusal(409, _CONFLICT_POLLER)
        _refuse_while_webhook_set(telegram, bot_id)
        _refuse_revoked(telegram, bot_id)
        return _next_updates(telegram, bot_id, limit)

    found = await telegram.poll_waker_of(bot_id).wait_for(ready, timeout)
    return _hand_over(telegram, call, found or [])


def _refuse_while_webhook_set(telegram: TelegramSandbox, bot_id: int) -> None:
    if telegram.world.webhooks.get(bot_id) is not None:
        raise BotApiRefusal(409, _CONFLICT_WEBHOOK)


def _refuse_revoked(telegram: TelegramSandbox, bot_id: int) -> None:
    bot = telegram.world.bots.get(bot_id)
    if bot is not None and bot.revoked:
        raise BotApiRefusal(401, "Unauthorized")


def _confirm(telegram: TelegramSandbox, bot_id: int, offset: int) -> None:
    pending = sorted(telegram.world.pending(bot_id).values(), key=lambda update: update.update_id)
    now = telegram.clock.now()
    gone = [update for update in pending if update.expires_at <= now]
    if offset > 0:
        gone += [update for update in pending if update.update_id < offset and not update.again]
    elif offset < 0:
        gone += pending[:offset]
    for update in gone:
        telegram.world.mark_delivered(update)


def _next_updates(telegram: TelegramSandbox, bot_id: int, limit: int) -> list[Update]:
    now = telegram.clock.now()
    alive = [update for update in telegram.world.pending(bot_id).values() if update.expires_at > now]
    return sorted(alive, key=lambda update: update.update_id)[:limit]


def _hand_over(telegram: TelegramSandbox, call: BotApiCall, updates: list[Update]) -> list[JsonObject]:
    answer: list[JsonObject] = []
    for update in updates:
        body: JsonObject = {"update_id": update.update_id, **update.body}
        answer.append(body)
        telegram.transcript.record_update(bot=call.bot.username, update=body, status=200, answer=None)
        if update.again:  # its id is below the bot's offset, so no later offset confirms it
            telegram.world.mark_delivered(update)
    return answer


def _store_allowed_kinds(telegram: TelegramSandbox, call: BotApiCall) -> None:
    kinds = call.rows("allowed_updates")
    if kinds is None:
        return
    for kind in kinds:
        if kind not in UPDATE_KINDS:
            raise sandbox_refusal(f"unknown kind of update {kind!r} in allowed_updates")
    allowed = [str(kind) for kind in kinds] or None
    if allowed != call.bot.allowed_updates:
        telegram.world.bots.put(replace(call.bot, allowed_updates=allowed))


def set_webhook(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle setWebhook; http addresses of this machine are allowed, because one machine needs no certificate."""
    url = call.text("url") or ""
    if not url:
        return delete_webhook(telegram, call)
    _require_webhook_address(url)
    secret = call.text("secret_token") or ""
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    connections = call.number("max_connections") or 40
    _store_allowed_kinds(telegram, call)
    _drop_if_asked(telegram, call)
    telegram.world.webhooks.put(
        Webhook(bot_id=call.bot.id, url=url, secret_token=secret, max_connections=min(max(connections, 1), 100))
    )
    _restart(telegram, call)
    return True


def _require_webhook_address(url: str) -> None:
    """Raise BotApiRefusal for an address that the real service does not call."""
    if not re.match(r"https?://[^/\s]+", url):
        raise bad_request("bad webhook: invalid URL specified")
    parts = urlsplit(url)
    if parts.scheme == "http":
        if parts.hostname not in LOOPBACK:
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    elif (parts.port or 443) not in WEBHOOK_PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def delete_webhook(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle deleteWebhook; pending updates wait for getUpdates."""
    webhook = telegram.world.webhooks.get(call.bot.id)
    if webhook is not None:
        telegram.world.webhooks.drop(webhook)
    _drop_if_asked(telegram, call)
    _restart(telegram, call)
    return True


def _drop_if_asked(telegram: TelegramSandbox, call: BotApiCall) -> None:
    if call.flag("drop_pending_updates"):
        for update in list(telegram.world.pending(call.bot.id).values()):
            telegram.world.mark_delivered(update)


def _restart(telegram: TelegramSandbox, call: BotApiCall) -> None:
    telegram.courier.restart(call.bot.id)
    telegram.poll_waker_of(call.bot.id).wake_all()


def get_webhook_info(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle getWebhookInfo."""
    webhook = telegram.world.webhooks.get(call.bot.id)
    info: JsonObject = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(telegram.world.pending(call.bot.id)),
    }
    if webhook is not None:
        info["max_connections"] = webhook.max_connections
        if webhook.last_error_date is not None:
            info["last_error_date"] = webhook.last_error_date
            info["last_error_message"] = webhook.last_error_message
    if call.bot.allowed_updates not in (None, DEFAULT_UPDATE_KINDS):
        info["allowed_updates"] = call.bot.allowed_updates
    return info
