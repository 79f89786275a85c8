"""Actions of people in chats, and the updates bots receive about them."""

from dataclasses import dataclass, replace
from typing import Final

from sandbox.telegram.access import is_admin
from sandbox.telegram.api_objects import chat_object, user_object
from sandbox.telegram.bot_api_refusals import ControlRequestError
from sandbox.telegram.html_entities import utf16_length
from sandbox.telegram.members import bots_in, member_object
from sandbox.telegram.photo_files import picture_sizes
from sandbox.telegram.posting import change_message, write_message
from sandbox.telegram.records import Bot, Group, JsonObject, Message, Person, PrivateChat, StoredFile
from sandbox.telegram.telegram_sandbox import TelegramSandbox
from sandbox.telegram.telegram_world import private_place
from sandbox.telegram.texts import MAX_CAPTION, MAX_TEXT, recognise
from sandbox.telegram.updates import notify_bot, notify_bot_of_message

EDITABLE_SECONDS: Final = 48 * 3600.0  # telegram.org/faq#q-can-i-edit-my-messages


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMessage:
    """A person's message and the ids of the updates about it, one for each notified bot."""

    message: Message
    update_ids: list[int]


def write_to_place(
    telegram: TelegramSandbox,
    person: Person,
    place: str,
    text: str,
    *,
    picture: StoredFile | None,
    reply_to: int | None,
    media_group_id: str | None = None,
    thread: int | None = None,
) -> WrittenMessage:
    """Write a person's message into a place and notify bots; with a picture, the text is its caption.

    Raises ControlRequestError when the person cannot write this message.
    """
    text = _checked_text(text, with_picture=picture is not None)
    if reply_to is not None and telegram.world.message(place, reply_to) is None:
        raise ControlRequestError(f"There is no message {reply_to} to reply to.")
    private_bots = _private_bot(telegram, place, person)
    draft = Message(
        place=place,
        message_id=0,
        sender_id=person.id,
        date=0,
        text=text,
        entities=recognise(text, []),
        photo=[] if picture is None else picture_sizes(picture),
        reply_to=reply_to,
        media_group_id=media_group_id,
        thread=thread,
    )
    message = write_message(telegram, draft)
    return _notify_bots(telegram, message, private_bots)


def edit_own_message(
    telegram: TelegramSandbox, person: Person, place: str, message_id: int, text: str
) -> WrittenMessage:
    """Change the text or the caption of a person's own message and notify bots, as the apps do with [Edit].

    Raises ControlRequestError when it is not the person's, is too old, or would be the same afterwards.
    """
    before = telegram.world.message(place, message_id)
    if before is None or before.sender_id != person.id or before.service:
        raise ControlRequestError(f"{person.first_name} has written no message {message_id} here.")
    if telegram.clock.now() - before.date > EDITABLE_SECONDS:
        raise ControlRequestError("A message can be edited for 48 hours.")
    text = _checked_text(text, with_picture=bool(before.photo))
    if text == before.text:
        raise ControlRequestError("The apps send no edit that changes nothing.")
    private_bots = _private_bot(telegram, place, person)
    message = change_message(telegram, replace(before, text=text, entities=recognise(text, [])))
    return _notify_bots(telegram, message, private_bots)


def _checked_text(text: str, *, with_picture: bool) -> str:
    text = text.strip()
    if not text and not with_picture:
        raise ControlRequestError("A message needs a text or a photo.")
    if utf16_length(text) > (MAX_CAPTION if with_picture else MAX_TEXT):
        raise ControlRequestError("The text is too long for one message.")
    return text


def _notify_bots(telegram: TelegramSandbox, message: Message, private_bots: list[Bot]) -> WrittenMessage:
    bots = private_bots or _group_bots(telegram, message.place, message)
    update_ids = [notify_bot_of_message(telegram, bot, message) for bot in bots]
    return WrittenMessage(message=message, update_ids=[one for one in update_ids if one is not None])


def _private_bot(telegram: TelegramSandbox, place: str, person: Person) -> list[Bot]:
    kind, *ids = place.split(":")
    if kind != "private":
        return []
    bot = telegram.world.bots.get(ids[0])
    chat = telegram.world.private_chats.get(place)
    if chat is not None and chat.blocked:
        raise ControlRequestError(f"{person.first_name} has blocked this bot; POST /sim/unblock first.")
    if bot is None:
        raise ControlRequestError("That bot is gone.")
    if chat is None:
        telegram.world.private_chats.put(PrivateChat(bot_id=bot.id, user_id=person.id))
    return [bot]


def _group_bots(telegram: TelegramSandbox, place: str, message: Message) -> list[Bot]:
    group = telegram.world.groups.get(place.partition(":")[2])
    if group is None:
        return []
    if group.migrated_to is not None:
        raise ControlRequestError(f"This group became the supergroup {group.migrated_to}.")
    return [bot for bot in bots_in(telegram, group) if _receives(telegram, group, bot, message)]


def _receives(telegram: TelegramSandbox, group: Group, bot: Bot, message: Message) -> bool:
    """Privacy mode: a bot that is no admin receives only replies to its messages and commands it may handle."""
    if is_admin(group, bot.id) or bot.hears_everything:
        return True
    replied = telegram.world.message(message.place, message.reply_to) if message.reply_to else None
    if replied is not None and replied.sender_id == bot.id:
        return True
    units = message.text.encode("utf-16-le")
    for entity in message.entities:
        if entity["type"] != "bot_command":
            continue
        start = 2 * int(str(entity["offset"]))
        command = units[start : start + 2 * int(str(entity["length"]))].decode("utf-16-le")
        _, _, addressee = command.partition("@")
        if addressee.lower() in {"", bot.username.lower()}:
            return True
    return False


def set_blocked(telegram: TelegramSandbox, person: Person, bot: Bot, *, blocked: bool) -> None:
    """Block or unblock a bot; notify the bot when that changes the state.

    Raises ControlRequestError when the person has never written to the bot.
    """
    place = private_place(bot.id, person.id)
    chat = telegram.world.private_chats.get(place)
    if chat is None:
        raise ControlRequestError(f"{person.first_name} has never written to @{bot.username}.")
    if chat.blocked == blocked:
        return
    telegram.world.private_chats.put(replace(chat, blocked=blocked))
    before, now = ("member", "kicked") if blocked else ("kicked", "member")
    telegram.feed.publish("member", {"chat": f"@{bot.username}", "user": person.id}, status=now)
    body: JsonObject = {
        "chat": chat_object(telegram.world, place),
        "from": user_object(person),
        "date": int(telegram.clock.now()),
        "old_chat_member": member_object(bot, before),
        "new_chat_member": member_object(bot, now),
    }
    notify_bot(telegram, bot, "my_chat_member", body, queue=f"chat:{place}")
