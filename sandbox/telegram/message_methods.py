"""Bot API methods that send, edit, pin and delete messages."""

from dataclasses import replace
from typing import Final

from sandbox.telegram.access import is_admin, require_group, require_place, require_right_to_write
from sandbox.telegram.api_objects import message_object
from sandbox.telegram.bot_api_refusals import bad_request
from sandbox.telegram.keyboards import check_keyboard
from sandbox.telegram.parameters import BotApiCall
from sandbox.telegram.photo_files import read_picture
from sandbox.telegram.posting import change_message, delete_message, write_message
from sandbox.telegram.records import JsonObject, Message
from sandbox.telegram.telegram_sandbox import TelegramSandbox
from sandbox.telegram.texts import MAX_CAPTION, compose_text

DELETABLE: Final = 48 * 3600  # seconds within which a message can be deleted (Bot API, deleteMessage)


def send_message(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle sendMessage."""
    place = require_right_to_write(telegram, call.bot, call.need_chat(), call.number("message_thread_id"))
    text, entities = compose_text(call.text("text") or "", call.text("parse_mode"), call.rows("entities"))
    if not text:
        raise bad_request("message text is empty")
    draft = Message(place=place, message_id=0, sender_id=call.bot.id, date=0, text=text, entities=entities)
    return _send(telegram, call, draft)


def send_photo(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle sendPhoto with a file, an existing file_id or a URL."""
    place = require_right_to_write(telegram, call.bot, call.need_chat(), call.number("message_thread_id"))
    photo = read_picture(telegram.world, call.upload("photo"))
    text, entities = compose_text(
        call.text("caption") or "", call.text("parse_mode"), call.rows("caption_entities"), max_length=MAX_CAPTION
    )
    draft = Message(place=place, message_id=0, sender_id=call.bot.id, date=0, text=text, entities=entities, photo=photo)
    return _send(telegram, call, draft)


def send_chat_action(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle sendChatAction: "is typing" is shown for some seconds, and nothing is kept of it."""
    require_right_to_write(telegram, call.bot, call.need_chat(), call.number("message_thread_id"))
    if call.text("action") != "typing":
        raise bad_request("wrong parameter action in request")
    return True


def _send(telegram: TelegramSandbox, call: BotApiCall, draft: Message) -> object:
    keyboard = check_keyboard(call.table("reply_markup"), draft.place)
    message = replace(
        draft,
        buttons=keyboard.buttons,
        reply_keyboard=keyboard.reply,
        reply_to=_replied(telegram, draft.place, call.table("reply_parameters")),
        thread=call.number("message_thread_id"),
        silent=call.flag("disable_notification"),
        protected=call.flag("protect_content"),
    )
    return message_object(telegram.world, write_message(telegram, message))


def _replied(telegram: TelegramSandbox, place: str, parameters: JsonObject | None) -> int | None:
    if parameters is None:
        return None
    message_id = parameters.get("message_id")
    if isinstance(message_id, int) and telegram.world.message(place, message_id):
        return message_id
    if parameters.get("allow_sending_without_reply") is True:
        return None
    raise bad_request("message to be replied not found")


def edit_message_text(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle editMessageText; as in the real service, a call without reply_markup removes the buttons."""
    message = _own_message(telegram, call)
    text, entities = compose_text(call.text("text") or "", call.text("parse_mode"), call.rows("entities"))
    if not text:
        raise bad_request("message text is empty")
    if message.photo:
        raise bad_request("there is no text in the message to edit")
    return _edit(telegram, call, message, replace(message, text=text, entities=entities))


def edit_message_caption(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle editMessageCaption; as in the real service, a call without reply_markup removes the buttons."""
    message = _own_message(telegram, call)
    text, entities = compose_text(
        call.text("caption") or "", call.text("parse_mode"), call.rows("caption_entities"), max_length=MAX_CAPTION
    )
    if not message.photo:
        raise bad_request("there is no caption in the message to edit")
    return _edit(telegram, call, message, replace(message, text=text, entities=entities))


def edit_message_reply_markup(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle editMessageReplyMarkup."""
    message = _own_message(telegram, call)
    return _edit(telegram, call, message, message)


def _own_message(telegram: TelegramSandbox, call: BotApiCall) -> Message:
    place = require_place(telegram, call.bot, call.need_chat())
    message = telegram.world.message(place, call.need_number("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender_id != call.bot.id or message.service:
        raise bad_request("message can't be edited")
    return message


def _edit(telegram: TelegramSandbox, call: BotApiCall, before: Message, after: Message) -> object:
    keyboard = check_keyboard(call.table("reply_markup"), before.place, inline_only=True)
    after = replace(after, buttons=keyboard.buttons)
    if (after.text, after.entities, after.buttons) == (before.text, before.entities, before.buttons):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    return message_object(telegram.world, change_message(telegram, after))


def delete_for_all(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle deleteMessage."""
    place = require_place(telegram, call.bot, call.need_chat())
    message = telegram.world.message(place, call.need_number("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if telegram.clock.now() - message.date > DELETABLE:
        raise bad_request("message can't be deleted for everyone")
    if message.sender_id != call.bot.id and not _may_moderate(telegram, call):
        raise bad_request("message can't be deleted")
    delete_message(telegram, message)
    return True


def pin_message(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle pinChatMessage; unlike the real service, it writes no service message."""
    place = _pinnable_place(telegram, call)
    message = telegram.world.message(place, call.need_number("message_id"))
    if message is None:
        raise bad_request("message to pin not found")
    if not message.pinned:
        change_message(telegram, replace(message, pinned=True), edited=False)
    return True


def unpin_message(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle unpinChatMessage; without message_id it unpins the newest pinned message."""
    place = _pinnable_place(telegram, call)
    wanted = call.number("message_id")
    pinned = [one for one in telegram.world.messages_in(place).values() if one.pinned and not one.deleted]
    chosen = [one for one in pinned if wanted in {None, one.message_id}]
    if not chosen:
        raise bad_request("message to unpin not found")
    change_message(telegram, replace(chosen[-1], pinned=False), edited=False)
    return True


def _pinnable_place(telegram: TelegramSandbox, call: BotApiCall) -> str:
    place = require_place(telegram, call.bot, call.need_chat())
    if not _may_moderate(telegram, call):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return place


def _may_moderate(telegram: TelegramSandbox, call: BotApiCall) -> bool:
    """Whether the bot may pin and delete: as an admin of a group, and in every private chat."""
    chat_id = call.need_chat()
    private = isinstance(chat_id, int) and chat_id > 0
    return private or is_admin(require_group(telegram, call.bot, chat_id), call.bot.id)
