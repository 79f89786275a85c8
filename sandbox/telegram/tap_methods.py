"""Taps on buttons and the bot's answers to them."""

import secrets
from dataclasses import replace

from sandbox.telegram.api_objects import message_object, place_fields, user_object
from sandbox.telegram.bot_api_refusals import bad_request
from sandbox.telegram.parameters import BotApiCall
from sandbox.telegram.records import Bot, JsonObject, Message, Person, Tap
from sandbox.telegram.telegram_sandbox import TelegramSandbox
from sandbox.telegram.updates import CALLBACK_UPDATE_TTL_SECONDS, notify_bot

MAX_ANSWER_LENGTH = 200  # characters (Bot API, answerCallbackQuery)
STALE_QUERY_TEXT = "query is too old and response timeout expired or query ID is invalid"


def record_tap(telegram: TelegramSandbox, bot: Bot, person: Person, message: Message, data: str) -> Tap:
    """Record a person's tap on a button with `data`, and notify the bot."""
    tap = Tap(
        id=str(secrets.randbits(62)),
        bot_id=bot.id,
        user_id=person.id,
        place=message.place,
        message_id=message.message_id,
        data=data,
        tapped_at=telegram.clock.now(),
    )
    telegram.world.taps.put(tap)
    body: JsonObject = {
        "id": tap.id,
        "from": user_object(person),
        "message": message_object(telegram.world, message),
        "chat_instance": message.place,
        "data": data,
    }
    notify_bot(telegram, bot, "callback_query", body, queue=f"tap:{person.id}")
    return tap


def answer_callback_query(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle answerCallbackQuery; only the first answer within CALLBACK_UPDATE_TTL_SECONDS is accepted."""
    text = call.text("text")
    if text is not None and len(text) > MAX_ANSWER_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    tap = telegram.world.taps.get(call.text("callback_query_id") or "")
    now = telegram.clock.now()
    if (
        tap is None
        or tap.bot_id != call.bot.id
        or tap.answered_at is not None
        or now - tap.tapped_at > CALLBACK_UPDATE_TTL_SECONDS
    ):
        raise bad_request(STALE_QUERY_TEXT)
    answered = replace(tap, answered_at=now, text=text, show_alert=call.flag("show_alert"), url=call.text("url"))
    telegram.world.taps.put(answered)
    where = {**place_fields(telegram.world, tap.place), "user": tap.user_id}
    telegram.feed.publish("tap_answer", where, message_id=tap.message_id, **show_answer(answered))
    return True


def show_answer(tap: Tap) -> JsonObject:
    """Return a tap and its answer as the control API shows them."""
    return {
        "callback_query_id": tap.id,
        "data": tap.data,
        "answered": tap.answered_at is not None,
        "text": tap.text,
        "show_alert": tap.show_alert,
        "url": tap.url,
        "tapped_at": tap.tapped_at,
        "answered_at": tap.answered_at,
    }
