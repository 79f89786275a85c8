"""Putting messages into chats and changing them, so that everyone who watches hears of it."""

from dataclasses import replace

from .api_objects import place_fields, shown_message
from .records import Message
from .telegram_sandbox import TelegramSandbox


def write_message(telegram: TelegramSandbox, draft: Message) -> Message:
    """Add a message to its place; its id and date are given here."""
    world = telegram.world
    message = replace(draft, message_id=world.next_message_id(draft.place), date=int(telegram.clock.now()))
    world.keep_message(message)
    _announce(telegram, "message", message)
    return message


def change_message(telegram: TelegramSandbox, message: Message, *, edited: bool = True) -> Message:
    """Store a message with new content; `edited` marks it as edited."""
    if edited:
        message = replace(message, edits=message.edits + 1, edit_date=int(telegram.clock.now()))
    telegram.world.keep_message(message)
    _announce(telegram, "edit", message)
    return message


def delete_message(telegram: TelegramSandbox, message: Message) -> None:
    """Take a message away for everyone."""
    gone = telegram.world.keep_message(replace(message, deleted=True))
    _announce(telegram, "delete", gone)


def _announce(telegram: TelegramSandbox, kind: str, message: Message) -> None:
    shown = shown_message(telegram.world, message)
    telegram.feed.publish(kind, place_fields(telegram.world, message.place), message=shown)
