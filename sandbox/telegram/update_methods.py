"""getUpdates and the setting of webhooks."""

import re
from dataclasses import replace
from typing import Final

from .methods import DEFAULT_UPDATE_KINDS, UPDATE_KINDS
from .parameters import Call
from .records import JsonObject, Update, Webhook
from .refusals import Refusal, bad_request, ours
from .telegram import Telegram

LONGEST_POLL: Final = 50  # seconds (telegram-bot-api's limit)
_CONFLICT_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
_CONFLICT_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


async def get_updates(telegram: Telegram, call: Call) -> object:
    """getUpdates; a newer call ends an older one of the same bot with 409."""
    bot_id = call.bot.id
    _refuse_beside_webhook(telegram, bot_id)
    _remember_kinds(telegram, call)
    turn = telegram.pollers[bot_id] = telegram.pollers.get(bot_id, 0) + 1
    telegram.bell_of(bot_id).ring()
    _confirm(telegram, bot_id, call.number("offset") or 0)
    limit = min(max(call.number("limit") or 100, 1), 100)
    patience = min(max(call.number("timeout") or 0, 0), LONGEST_POLL)

    def ready() -> list[Update] | None:
        if telegram.pollers[bot_id] != turn:
            raise Refusal(409, _CONFLICT_POLLER)
        _refuse_beside_webhook(telegram, bot_id)
        return _next_updates(telegram, bot_id, limit)

    found = await telegram.bell_of(bot_id).wait_for(ready, patience)
    return _hand_over(telegram, call, found or [])


def _refuse_beside_webhook(telegram: Telegram, bot_id: int) -> None:
    if telegram.world.webhooks.get(bot_id) is not None:
        raise Refusal(409, _CONFLICT_WEBHOOK)


def _confirm(telegram: Telegram, bot_id: int, offset: int) -> None:
    pending = sorted(telegram.world.pending(bot_id).values(), key=lambda update: update.update_id)
    now = telegram.clock.now()
    gone = [update for update in pending if update.expires_at <= now]
    if offset > 0:
        gone += [update for update in pending if update.update_id < offset and not update.again]
    elif offset < 0:
        gone += pending[:offset]
    for update in gone:
        telegram.world.settle(update)


def _next_updates(telegram: Telegram, bot_id: int, limit: int) -> list[Update]:
    now = telegram.clock.now()
    alive = [update for update in telegram.world.pending(bot_id).values() if update.expires_at > now]
    return sorted(alive, key=lambda update: update.update_id)[:limit]


def _hand_over(telegram: Telegram, call: Call, updates: list[Update]) -> list[JsonObject]:
    answer: list[JsonObject] = []
    for update in updates:
        body: JsonObject = {"update_id": update.update_id, **update.body}
        answer.append(body)
        telegram.transcript.record_update(bot=call.bot.username, update=body, status=200, answer=None)
        if update.again:  # a repetition is below the bot's offset, so no offset will ever confirm it
            telegram.world.settle(update)
    return answer


def _remember_kinds(telegram: Telegram, call: Call) -> None:
    kinds = call.rows("allowed_updates")
    if kinds is None:
        return
    for kind in kinds:
        if kind not in UPDATE_KINDS:
            raise ours(f"unknown kind of update {kind!r} in allowed_updates")
    allowed = [str(kind) for kind in kinds] or None
    if allowed != call.bot.allowed_updates:
        telegram.world.bots.put(replace(call.bot, allowed_updates=allowed))


def set_webhook(telegram: Telegram, call: Call) -> object:
    """setWebhook; http addresses are allowed here, as nobody has a certificate on one machine."""
    url = call.text("url") or ""
    if not url:
        return delete_webhook(telegram, call)
    if not re.match(r"https?://[^/\s]+", url):
        raise bad_request("bad webhook: invalid URL specified")
    secret = call.text("secret_token") or ""
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    connections = call.number("max_connections") or 40
    _remember_kinds(telegram, call)
    _drop_if_asked(telegram, call)
    telegram.world.webhooks.put(
        Webhook(bot_id=call.bot.id, url=url, secret_token=secret, max_connections=min(max(connections, 1), 100))
    )
    _restart(telegram, call)
    return True


def delete_webhook(telegram: Telegram, call: Call) -> object:
    """deleteWebhook; what is pending waits for getUpdates."""
    webhook = telegram.world.webhooks.get(call.bot.id)
    if webhook is not None:
        telegram.world.webhooks.drop(webhook)
    _drop_if_asked(telegram, call)
    _restart(telegram, call)
    return True


def _drop_if_asked(telegram: Telegram, call: Call) -> None:
    if call.flag("drop_pending_updates"):
        for update in list(telegram.world.pending(call.bot.id).values()):
            telegram.world.settle(update)


def _restart(telegram: Telegram, call: Call) -> None:
    telegram.courier.restart(call.bot.id)
    telegram.bell_of(call.bot.id).ring()


def get_webhook_info(telegram: Telegram, call: Call) -> object:
    """getWebhookInfo."""
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
