"""Reading the payload of an update: its person, its chat, and whether it is for the bot."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from domain.errors import Stale
from domain.inbox.repository import IncomingUpdate, Payload
from domain.messaging.buttons import TapData, unpack
from domain.typed import clean_name, clean_text, normalize_command

# Set at every start, because Telegram remembers the former list (core.telegram.org/bots/api#setwebhook).
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member", "chat_join_request")
MESSAGE_UPDATES = ("message", "edited_message")
RATE_LIMITED_UPDATES = (*MESSAGE_UPDATES, "callback_query")  # the others tell what happened, and are never answered
GROUP_FIELDS = frozenset({"migrate_to_chat_id", "forum_topic_reopened"})  # of messages that tell what became of a group
_COMMAND = re.compile(r"/[a-z_]{1,32}\b")
MAX_INTEGER = 2**63 - 1  # Postgres stores no larger ones, and Telegram has none


class InvalidUpdate(ValueError):
    """The payload is not an update as the Bot API describes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTarget:
    """Where to reply; `message_id` is the message with the tapped button, `topic` that of a forum."""

    chat_id: int
    is_private: bool
    language: str
    tap_id: str | None = None
    message_id: int | None = None
    topic: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageIdentity:
    """Which message an update is about, and the album that it is part of."""

    chat_id: int
    is_private: bool
    message_id: int
    album: str | None


def parse_update(campus_id: int, payload: object) -> IncomingUpdate | None:
    """Return the update to store; None if it is not for the bot. Raise InvalidUpdate without an id."""
    if not isinstance(payload, dict) or type(payload.get("update_id")) is not int:
        raise InvalidUpdate("an update is an object with an update_id")
    payload = to_storable(payload)
    body = _body(payload)
    if body is None or not _is_for_bot(payload):
        return None
    sender = read_object(body, "from")
    person_id = sender.get("id")
    return IncomingUpdate(
        campus_id=campus_id,
        update_id=payload["update_id"],
        person_id=person_id if type(person_id) is int else None,
        payload=payload,
    )


def to_storable(payload: Payload) -> dict[str, Any]:
    """Return the payload without what Postgres cannot store: NUL, halves of surrogate pairs, NaN and infinities.

    Raise InvalidUpdate for a number of more than eight bytes: no query could find it.
    """
    return {_clean_text(name): _to_storable_value(value) for name, value in payload.items()}


def _to_storable_value(value: Any) -> Any:
    match value:
        case str():
            return _clean_text(value)
        case dict():
            return to_storable(value)
        case list():
            return [_to_storable_value(each) for each in value]
        case float() if not isfinite(value):
            return None
        case int() if abs(value) > MAX_INTEGER:
            raise InvalidUpdate("a number of more than eight bytes")
        case _:
            return value


def _clean_text(value: str) -> str:
    return value.replace("\x00", "").encode(errors="replace").decode()


def find_reply_target(payload: Payload) -> ReplyTarget | None:
    """Return where to reply; None without a chat."""
    body = _body(payload)
    if body is None:
        return None
    sender = read_object(body, "from")
    message = read_object(body, "message") if "callback_query" in payload else body
    chat = read_object(message, "chat")
    chat_id = chat.get("id", sender.get("id"))
    if not isinstance(chat_id, int):
        return None
    tapped = "callback_query" in payload
    return ReplyTarget(
        chat_id=chat_id,
        is_private=chat.get("type", "private") == "private",
        language=str(sender.get("language_code") or "en"),
        tap_id=str(body["id"]) if tapped and "id" in body else None,
        message_id=message.get("message_id") if tapped else None,
        topic=message.get("message_thread_id") if message.get("is_topic_message") is True else None,
    )


def read_message(payload: Payload) -> MessageIdentity | None:
    """Return which message an update is about; None for a tap and the like."""
    message = _find_message(payload)
    target = None if message is None else find_reply_target(payload)
    if message is None or target is None or not isinstance(message.get("message_id"), int):
        return None
    album = message.get("media_group_id")
    return MessageIdentity(
        chat_id=target.chat_id,
        is_private=target.is_private,
        message_id=message["message_id"],
        album=album if isinstance(album, str) else None,
    )


def find_sender_name(payload: Payload) -> str:
    """Return the first name of who sent the update; empty without one."""
    return clean_name(str(read_object(_body(payload) or {}, "from").get("first_name") or ""), otherwise="")


def is_rate_limited(payload: Payload) -> bool:
    """Return whether an update counts as an action of its person: a message or a tap."""
    return any(kind in payload for kind in RATE_LIMITED_UPDATES)


def find_tap(payload: Payload) -> TapData | None:
    """Return the tap, or None if the callback data is not of our grammar."""
    data = read_object(payload, "callback_query").get("data")
    if not isinstance(data, str):
        return None
    try:
        return unpack(data)
    except Stale:
        return None


def describe_update(payload: Payload) -> str:
    """Return the kind of an update, for dead letters. What the person wrote is left out: it may be a PIN."""
    tap = find_tap(payload)
    if tap is not None:
        return f"[{tap.tap} {tap.subject} {tap.argument}]"
    kind = next((kind for kind in ALLOWED_UPDATES if kind in payload), "update")
    words = _read_words(_find_message(payload) or {})
    command = _COMMAND.match(words)
    return command[0] if command else f"{kind} ({len(words)})" if words else kind


def _body(payload: Payload) -> Mapping[str, Any] | None:
    return next((payload[kind] for kind in ALLOWED_UPDATES if isinstance(payload.get(kind), dict)), None)


def _find_message(payload: Payload) -> Mapping[str, Any] | None:
    """Return the new or changed message of an update."""
    return next((payload[kind] for kind in MESSAGE_UPDATES if isinstance(payload.get(kind), dict)), None)


def read_object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = body.get(name)
    return part if isinstance(part, dict) else {}


def _is_for_bot(payload: Payload) -> bool:
    """Return whether a message is for the bot: in a group, a command, a reply to a bot, or what became of it.

    Of a changed message only words and photos are: a shared location changes every few seconds.
    """
    message = _find_message(payload)
    if message is None:
        return True
    if "edited_message" in payload and not (message.get("text") or message.get("photo")):
        return False
    if read_object(message, "chat").get("type") == "private":
        return True
    if read_object(read_object(message, "reply_to_message"), "from").get("is_bot") is True:
        return True
    return _read_words(message).startswith("/") or not GROUP_FIELDS.isdisjoint(message)


def _read_words(message: Mapping[str, Any]) -> str:
    return normalize_command(clean_text(str(message.get("text") or message.get("caption") or "")))
