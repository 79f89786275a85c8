"""Updates built by hand, as the Bot API sends them: those that simulated users cannot send, and stored ones."""

from itertools import count
from typing import Any, TypeAlias

from domain.inbox.repository import IncomingUpdate

Json: TypeAlias = Any
UPDATE_IDS = count(50_000_000)  # of updates and messages that no stand-in numbers


def sender_of(person_id: int) -> Json:
    """A person, as the sender of an update."""
    return {"id": person_id, "is_bot": False, "first_name": "Mei", "language_code": "en"}


def private_chat(person_id: int) -> Json:
    """The chat of a person with the bot."""
    return {"id": person_id, "type": "private", "first_name": "Mei"}


def message_content(person_id: int, chat: Json = None, **content: Json) -> Json:
    """The content of an update with a message of a person, in private or in this chat."""
    message = {"message_id": next(UPDATE_IDS), "date": 1, "chat": chat or private_chat(person_id)}
    return {"message": message | {"from": sender_of(person_id)} | content}


def tap_content(person_id: int, data: str, chat: Json = None, *, has_button: bool = True) -> Json:
    """The content of an update with a tap of a person on the first message of a chat, which may have the button."""
    tapped = {"message_id": 1, "date": 1, "chat": chat or private_chat(person_id)}
    if has_button:
        tapped["reply_markup"] = {"inline_keyboard": [[{"text": "tap", "callback_data": data}]]}
    query = {"id": str(next(UPDATE_IDS)), "from": sender_of(person_id), "chat_instance": "1", "data": data}
    return {"callback_query": query | {"message": tapped}}


def incoming_update(campus_id: int, person_id: int, content: Json, number: int | None = None) -> IncomingUpdate:
    """An update as the gateway stores it."""
    number = number or next(UPDATE_IDS)
    payload = {"update_id": number, **content}
    return IncomingUpdate(campus_id=campus_id, update_id=number, person_id=person_id, payload=payload)
