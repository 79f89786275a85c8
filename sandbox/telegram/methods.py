"""The Bot API methods that the sandbox supports: what handles each, and its parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sandbox.telegram import (
    account_methods,
    chat_methods,
    message_methods,
    removal_methods,
    tap_methods,
    update_methods,
)
from sandbox.telegram.parameters import BotApiCall
from sandbox.telegram.telegram_sandbox import TelegramSandbox

_REPLY: Final = "message_thread_id disable_notification protect_content message_effect_id reply_parameters reply_markup"


@dataclass(frozen=True, slots=True)
class BotApiMethod:
    """A method. Its parameters are names of `parameter_types`, separated by spaces."""

    handle: Callable[[TelegramSandbox, BotApiCall], object]
    parameters: str = ""


METHODS: Final = {
    "getMe": BotApiMethod(account_methods.get_me),
    "getUpdates": BotApiMethod(update_methods.get_updates, "offset limit timeout allowed_updates"),
    "setWebhook": BotApiMethod(
        update_methods.set_webhook, "url ip_address max_connections allowed_updates drop_pending_updates secret_token"
    ),
    "deleteWebhook": BotApiMethod(update_methods.delete_webhook, "drop_pending_updates"),
    "getWebhookInfo": BotApiMethod(update_methods.get_webhook_info),
    "sendMessage": BotApiMethod(
        message_methods.send_message, f"chat_id text parse_mode entities link_preview_options {_REPLY}"
    ),
    "sendPhoto": BotApiMethod(
        message_methods.send_photo,
        f"chat_id photo caption parse_mode caption_entities show_caption_above_media has_spoiler {_REPLY}",
    ),
    "editMessageText": BotApiMethod(
        message_methods.edit_message_text,
        "chat_id message_id text parse_mode entities link_preview_options reply_markup",
    ),
    "editMessageCaption": BotApiMethod(
        message_methods.edit_message_caption,
        "chat_id message_id caption parse_mode caption_entities show_caption_above_media reply_markup",
    ),
    "editMessageReplyMarkup": BotApiMethod(
        message_methods.edit_message_reply_markup, "chat_id message_id reply_markup"
    ),
    "sendChatAction": BotApiMethod(message_methods.send_chat_action, "chat_id action message_thread_id"),
    "deleteMessage": BotApiMethod(message_methods.delete_for_all, "chat_id message_id"),
    "pinChatMessage": BotApiMethod(message_methods.pin_message, "chat_id message_id disable_notification"),
    "unpinChatMessage": BotApiMethod(message_methods.unpin_message, "chat_id message_id"),
    "answerCallbackQuery": BotApiMethod(
        tap_methods.answer_callback_query, "callback_query_id text show_alert url cache_time"
    ),
    "getFile": BotApiMethod(account_methods.get_file, "file_id"),
    "setMyCommands": BotApiMethod(account_methods.set_my_commands, "commands scope language_code"),
    "getMyCommands": BotApiMethod(account_methods.get_my_commands, "scope language_code"),
    "deleteMyCommands": BotApiMethod(account_methods.delete_my_commands, "scope language_code"),
    "getChat": BotApiMethod(chat_methods.get_chat, "chat_id"),
    "getChatMember": BotApiMethod(chat_methods.get_chat_member, "chat_id user_id"),
    "getChatAdministrators": BotApiMethod(chat_methods.get_chat_administrators, "chat_id"),
    "getChatMemberCount": BotApiMethod(chat_methods.get_chat_member_count, "chat_id"),
    "leaveChat": BotApiMethod(chat_methods.leave_chat, "chat_id"),
    "createChatInviteLink": BotApiMethod(
        chat_methods.create_chat_invite_link, "chat_id name expire_date member_limit creates_join_request"
    ),
    "banChatMember": BotApiMethod(removal_methods.ban_chat_member, "chat_id user_id until_date revoke_messages"),
    "unbanChatMember": BotApiMethod(removal_methods.unban_chat_member, "chat_id user_id only_if_banned"),
    "approveChatJoinRequest": BotApiMethod(chat_methods.approve_join_request, "chat_id user_id"),
    "declineChatJoinRequest": BotApiMethod(chat_methods.decline_join_request, "chat_id user_id"),
}
