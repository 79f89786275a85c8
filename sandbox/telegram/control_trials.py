"""Control requests that make life hard: faults, a moved clock, repeated and invented updates."""

from dataclasses import replace

from .asked import Asked, find_bot
from .faults import Fault
from .refusals import Mistake
from .telegram import Telegram
from .updates import MESSAGE_LIFE, post, send_out


async def add_fault(telegram: Telegram, asked: Asked) -> object:
    """POST /sim/faults: the next `times` calls of a method fail in the way of `kind`."""
    bot = asked.values.get("bot")
    retry_after = asked.number("retry_after")
    fault = Fault(
        kind=asked.need_text("kind"),
        method=asked.need_text("method"),
        bot_id=find_bot(telegram, bot).id if bot is not None else None,
        chat=asked.number("chat"),
        status=asked.number("status") or (429 if retry_after is not None else 500),
        description=asked.text("description"),
        retry_after=retry_after,
        seconds=asked.seconds("seconds"),
        times=asked.number("times") or 1,
    )
    telegram.faults.add(fault)
    return {"faults": telegram.faults.waiting()}


async def clear_faults(telegram: Telegram, _asked: Asked) -> object:
    """DELETE /sim/faults."""
    telegram.faults.clear()
    return {"faults": []}


async def see_faults(telegram: Telegram, _asked: Asked) -> object:
    """GET /sim/faults: those still to come."""
    return {"faults": telegram.faults.waiting()}


async def move_clock(telegram: Telegram, asked: Asked) -> object:
    """POST /sim/clock {"advance": seconds}: gives {"now": Unix seconds}."""
    seconds = asked.seconds("advance")
    if seconds < 0:
        raise Mistake("Time goes forward only.")
    return {"now": telegram.clock.advance(seconds)}


async def redeliver(telegram: Telegram, asked: Asked) -> object:
    """POST /sim/redeliver: the bot gets an update once more."""
    bot = find_bot(telegram, asked.values.get("bot"))
    update_id = asked.need_number("update_id")
    update = telegram.world.update(bot.id, update_id)
    if update is None:
        raise Mistake(f"@{bot.username} never had an update {update_id}, or too long ago.")
    expires_at = telegram.clock.now() + MESSAGE_LIFE
    send_out(telegram, bot, replace(update, delivered=False, again=True, expires_at=expires_at))
    return {"update_id": update_id}


async def inject(telegram: Telegram, asked: Asked) -> object:
    """POST /sim/updates: an update made by hand, with its own update_id or the next one."""
    bot = find_bot(telegram, asked.values.get("bot"))
    given = asked.values.get("update")
    if not isinstance(given, dict):
        raise Mistake('"update" must be an object.')
    body = dict(given)
    wanted = body.pop("update_id", None)
    update_id = wanted if isinstance(wanted, int) else telegram.world.next_update_id(bot.id)
    post(telegram, bot, update_id, body, queue=f"made:{update_id}", life=MESSAGE_LIFE)
    return {"update_id": update_id}
