"""Control requests for faults, the send limits, the clock, and repeated or injected updates."""

from dataclasses import replace

from sandbox.telegram.bot_api_refusals import ControlRequestError
from sandbox.telegram.control_request import ControlRequest, find_bot
from sandbox.telegram.telegram_faults import FAULT_KINDS, UNENDING, TelegramFault
from sandbox.telegram.telegram_sandbox import TelegramSandbox
from sandbox.telegram.updates import MESSAGE_UPDATE_TTL_SECONDS, create_update, queue_update


async def add_telegram_fault(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/faults: let the next `times` calls of a method fail as `kind` says."""
    bot, kind = control_request.values.get("bot"), control_request.need_text("kind")
    if kind not in FAULT_KINDS:
        raise ControlRequestError(f"There is no fault of kind {kind!r}; there are {', '.join(FAULT_KINDS)}.")
    retry_after = control_request.number("retry_after")
    fault = TelegramFault(
        kind=kind,
        method=control_request.need_text("method"),
        bot_id=find_bot(telegram, bot).id if bot is not None else None,
        chat=control_request.number("chat"),
        status=control_request.number("status") or (429 if retry_after is not None else 500),
        description=control_request.text("description"),
        retry_after=retry_after,
        seconds=control_request.seconds("seconds"),
        times=control_request.number("times") or (UNENDING if kind == "flood" else 1),
        ends_at=telegram.clock.now() + control_request.seconds("seconds"),
    )
    telegram.faults.add(fault)
    return {"faults": telegram.faults.pending()}


async def clear_telegram_faults(telegram: TelegramSandbox, _control_request: ControlRequest) -> object:
    """DELETE /sim/faults: remove all faults."""
    telegram.faults.clear()
    return {"faults": []}


async def show_telegram_faults(telegram: TelegramSandbox, _control_request: ControlRequest) -> object:
    """GET /sim/faults: list the faults that have not happened as often as ordered."""
    return {"faults": telegram.faults.pending()}


async def revoke_token(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/tokens {"bot", "revoked"}: revoke a bot's token, as its owner does at BotFather, or give it back.

    Its webhook is forgotten, and a long poll ends.
    """
    bot = find_bot(telegram, control_request.values.get("bot"))
    is_revoked = control_request.flag("revoked")
    telegram.world.bots.put(replace(bot, revoked=is_revoked))
    webhook = telegram.world.webhooks.get(bot.id)
    if is_revoked and webhook is not None:
        telegram.world.webhooks.drop(webhook)
        telegram.courier.restart(bot.id)
    telegram.poll_waker_of(bot.id).wake_all()
    return {"revoked": is_revoked}


async def trouble_webhook(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/webhooks {"bot", "trouble"}: let nothing reach a bot's webhook, with these words; or all, without."""
    bot = find_bot(telegram, control_request.values.get("bot"))
    webhook = telegram.world.webhooks.get(bot.id)
    if webhook is None:
        raise ControlRequestError(f"@{bot.username} has no webhook.")
    telegram.world.webhooks.put(replace(webhook, trouble=control_request.text("trouble")))
    telegram.courier.restart(bot.id)
    return {"trouble": control_request.text("trouble")}


async def set_send_limits(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/limits {"enabled": true}: answer 429 to a bot that sends faster than Telegram allows."""
    telegram.limits.enabled = control_request.flag("enabled")
    return {"enabled": telegram.limits.enabled}


async def move_telegram_clock(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/clock {"advance": seconds}: move the clock forward and return {"now": Unix seconds}."""
    seconds = control_request.seconds("advance")
    if seconds < 0:
        raise ControlRequestError("Time goes forward only.")
    return {"now": telegram.clock.advance(seconds)}


async def redeliver_update(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/redeliver: send an update to the bot again."""
    bot = find_bot(telegram, control_request.values.get("bot"))
    update_id = control_request.need_number("update_id")
    update = telegram.world.update(bot.id, update_id)
    if update is None:
        raise ControlRequestError(f"@{bot.username} never had an update {update_id}, or too long ago.")
    expires_at = telegram.clock.now() + MESSAGE_UPDATE_TTL_SECONDS
    queue_update(telegram, bot, replace(update, delivered=False, again=True, expires_at=expires_at))
    return {"update_id": update_id}


async def inject_update(telegram: TelegramSandbox, control_request: ControlRequest) -> object:
    """POST /sim/updates: send the given update to the bot, with its own update_id or the next one."""
    bot = find_bot(telegram, control_request.values.get("bot"))
    given = control_request.values.get("update")
    if not isinstance(given, dict):
        raise ControlRequestError('"update" must be an object.')
    body = dict(given)
    wanted = body.pop("update_id", None)
    update_id = wanted if isinstance(wanted, int) else telegram.world.next_update_id(bot.id)
    create_update(telegram, bot, update_id, body, queue=f"made:{update_id}", ttl_seconds=MESSAGE_UPDATE_TTL_SECONDS)
    return {"update_id": update_id}
