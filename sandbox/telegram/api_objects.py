"""Accounts, chats and messages as JSON: Bot API objects for bots, control API objects for people."""

from sandbox.telegram.html_render import render_html
from sandbox.telegram.records import Bot, Group, JsonObject, Message, Person
from sandbox.telegram.telegram_world import TelegramWorld


def without_empty(body: JsonObject) -> JsonObject:
    """Return the object without fields that are None, an empty text or an empty list."""
    return {name: value for name, value in body.items() if value is not None and value != [] and value != ""}


def user_object(account: Bot | Person) -> JsonObject:
    """Return a User of the Bot API."""
    if isinstance(account, Bot):
        return {"id": account.id, "is_bot": True, "first_name": account.name, "username": account.username}
    plain: JsonObject = {"id": account.id, "is_bot": False, "first_name": account.first_name}
    return without_empty({**plain, "username": account.username, "language_code": account.language_code})


def account_of(world: TelegramWorld, identity: int) -> Bot | Person:
    """Return the bot or person with this id; for an unknown id, a person with the id as name."""
    return world.bots.get(identity) or world.people.get(identity) or Person(id=identity, first_name=str(identity))


def group_object(group: Group) -> JsonObject:
    """Return a Chat of the Bot API for a group."""
    forum: JsonObject = {"is_forum": True} if group.topics else {}
    return {"id": group.id, "title": group.title, "type": group.type, **forum}


def chat_object(world: TelegramWorld, place: str) -> JsonObject:
    """Return a Chat of the Bot API for a place, as the place's bot sees it."""
    kind, *ids = place.split(":")
    if kind == "group":
        group = world.groups.get(ids[0])
        return group_object(group) if group else {"id": int(ids[0]), "type": "supergroup", "title": ""}
    person = account_of(world, int(ids[1]))
    user = user_object(person)
    return without_empty(
        {"id": person.id, "type": "private", "first_name": user["first_name"], "username": user.get("username")}
    )


def message_object(world: TelegramWorld, message: Message, *, with_reply: bool = True) -> JsonObject:
    """Return a Message of the Bot API."""
    text, entities = ("caption", "caption_entities") if message.photo else ("text", "entities")
    replied = world.message(message.place, message.reply_to) if message.reply_to and with_reply else None
    body = without_empty(
        {
            "edit_date": message.edit_date,
            "reply_to_message": message_object(world, replied, with_reply=False) if replied else None,
            text: message.text,
            entities: message.entities,
            "photo": message.photo,
            "media_group_id": message.media_group_id,
            "has_protected_content": message.protected or None,
            "message_thread_id": message.thread,
            "is_topic_message": True if message.thread is not None else None,
            "reply_markup": {"inline_keyboard": message.buttons} if message.buttons else None,
        }
    )
    return {
        "message_id": message.message_id,
        "from": user_object(account_of(world, message.sender_id)),
        "chat": chat_object(world, message.place),
        "date": message.date,
        **body,
        **message.service,
    }


def place_fields(world: TelegramWorld, place: str) -> JsonObject:
    """Return the control API's name of a place: {"chat": group id} or {"chat": "@bot", "user": id}."""
    kind, *ids = place.split(":")
    if kind == "group":
        return {"chat": int(ids[0])}
    bot = world.bots.get(ids[0])
    return {"chat": f"@{bot.username}" if bot else ids[0], "user": int(ids[1])}


def shown_message(world: TelegramWorld, message: Message) -> JsonObject:
    """Return a message as the control API shows it to people."""
    sender = user_object(account_of(world, message.sender_id))
    keyboard = message.reply_keyboard or {}
    rows = keyboard.get("keyboard")
    topic: JsonObject = {} if message.thread is None else {"thread": message.thread}
    return {
        **topic,
        "message_id": message.message_id,
        "from": {**sender, "name": sender["first_name"]},
        "date": message.date,
        "text": message.text,
        "html": render_html(message.text, message.entities),
        "photo": str(message.photo[-1]["file_id"]) if message.photo else None,
        "buttons": [[_shown_button(button) for button in row] for row in message.buttons],
        "keyboard": [[button["text"] for button in row] for row in rows] if isinstance(rows, list) else [],
        "reply_to": message.reply_to,
        "edited": message.edits,
        "pinned": message.pinned,
        "silent": message.silent,
        "deleted": message.deleted,
        "service": message.service,
    }


def _shown_button(button: JsonObject) -> JsonObject:
    renamed = {"callback_data": "data"}
    return {renamed.get(name, name): value for name, value in button.items()}
