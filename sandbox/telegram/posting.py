"""Writing, changing and deleting messages, each with an event in the feed."""

from dataclasses import replace

from sandbox.telegram.api_objects import place_fields, shown_message
from sandbox.telegram.records import Message
from sandbox.telegram.telegram_sandbox import TelegramSandbox


def write_message(telegram: TelegramSandbox, draft: Message) -> Message:
    """Insert a message with a new id and the current date, and publish it."""
    world = telegram.world
    message = replace(draft, message_id=world.next_message_id(draft.place), date=int(telegram.clock.now()))
    world.keep_message(message)
    _announce(telegram, "message", message)
    return message


def change_message(telegram: TelegramSandbox, message: Message, *, edited: bool = True) -> Message:
    """Store a changed message and publish it; `edited` marks it as edited."""
    if edited:
        message = replace(message, edits=message.edits + 1, edit_date=int(telegram.clock.now()))
    telegram.world.keep_message(message)
    _announce(telegram, "edit", message)
    return message


def delete_message(telegram: TelegramSandbox, message: Message) -> None:
    """Delete a message for everyone and publish that."""
    gone = telegram.world.keep_message(replace(message, deleted=True))
    _announce(telegram, "delete", gone)


def _announce(telegram: TelegramSandbox, kind: str, message: Message) -> None:
    shown = shown_message(telegram.world, message)
    telegram.feed.publish(kind, place_fields(telegram.world, message.place), message=shown)
