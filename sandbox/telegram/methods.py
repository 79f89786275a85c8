"""The Bot API methods that the sandbox supports, with their parameters and types."""

from typing import Final

# Types of a parameter: text, number (integer), flag (boolean), chat (integer or @username), table (JSON object),
# rows (JSON array), upload (file, attach:// reference, file id or URL).
_REPLY: Final = {
    "message_thread_id": "number",
    "disable_notification": "flag",
    "protect_content": "flag",
    "message_effect_id": "text",
    "reply_parameters": "table",
    "reply_markup": "table",
}

METHODS: Final[dict[str, dict[str, str]]] = {
    "getMe": {},
    "getUpdates": {"offset": "number", "limit": "number", "timeout": "number", "allowed_updates": "rows"},
    "setWebhook": {
        "url": "text",
        "ip_address": "text",
        "max_connections": "number",
        "allowed_updates": "rows",
        "drop_pending_updates": "flag",
        "secret_token": "text",
    },
    "deleteWebhook": {"drop_pending_updates": "flag"},
    "getWebhookInfo": {},
    "sendMessage": {
        "chat_id": "chat",
        "text": "text",
        "parse_mode": "text",
        "entities": "rows",
        "link_preview_options": "table",
        **_REPLY,
    },
    "sendPhoto": {
        "chat_id": "chat",
        "photo": "upload",
        "caption": "text",
        "parse_mode": "text",
        "caption_entities": "rows",
        "show_caption_above_media": "flag",
        "has_spoiler": "flag",
        **_REPLY,
    },
    "editMessageText": {
        "chat_id": "chat",
        "message_id": "number",
        "text": "text",
        "parse_mode": "text",
        "entities": "rows",
        "link_preview_options": "table",
        "reply_markup": "table",
    },
    "editMessageCaption": {
        "chat_id": "chat",
        "message_id": "number",
        "caption": "text",
        "parse_mode": "text",
        "caption_entities": "rows",
        "show_caption_above_media": "flag",
        "reply_markup": "table",
    },
    "editMessageReplyMarkup": {"chat_id": "chat", "message_id": "number", "reply_markup": "table"},
    "deleteMessage": {"chat_id": "chat", "message_id": "number"},
    "pinChatMessage": {"chat_id": "chat", "message_id": "number", "disable_notification": "flag"},
    "unpinChatMessage": {"chat_id": "chat", "message_id": "number"},
    "sendChatAction": {"chat_id": "chat", "message_thread_id": "number", "action": "text"},
    "answerCallbackQuery": {
        "callback_query_id": "text",
        "text": "text",
        "show_alert": "flag",
        "url": "text",
        "cache_time": "number",
    },
    "getFile": {"file_id": "text"},
    "setMyCommands": {"commands": "rows", "scope": "table", "language_code": "text"},
    "getMyCommands": {"scope": "table", "language_code": "text"},
    "deleteMyCommands": {"scope": "table", "language_code": "text"},
    "setMyDescription": {"description": "text", "language_code": "text"},
    "setMyShortDescription": {"short_description": "text", "language_code": "text"},
    "getChat": {"chat_id": "chat"},
    "getChatMember": {"chat_id": "chat", "user_id": "number"},
    "getChatAdministrators": {"chat_id": "chat"},
    "getChatMemberCount": {"chat_id": "chat"},
    "leaveChat": {"chat_id": "chat"},
    "createChatInviteLink": {
        "chat_id": "chat",
        "name": "text",
        "expire_date": "number",
        "member_limit": "number",
        "creates_join_request": "flag",
    },
    "approveChatJoinRequest": {"chat_id": "chat", "user_id": "number"},
    "declineChatJoinRequest": {"chat_id": "chat", "user_id": "number"},
}

# The allowed fields of objects inside parameters.
OBJECTS: Final[dict[str, frozenset[str]]] = {
    "reply_parameters": frozenset({"message_id", "chat_id", "allow_sending_without_reply", "quote"}),
    "link_preview_options": frozenset(
        {"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"}
    ),
    "entities": frozenset(
        {"type", "offset", "length", "url", "user", "language", "custom_emoji_id", "unix_time", "date_time_format"}
    ),
    "caption_entities": frozenset(
        {"type", "offset", "length", "url", "user", "language", "custom_emoji_id", "unix_time", "date_time_format"}
    ),
    "commands": frozenset({"command", "description", "is_ephemeral"}),
    "scope": frozenset({"type", "chat_id", "user_id"}),
}

UPDATE_KINDS: Final = (
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
    "edited_business_message", "deleted_business_messages", "message_reaction", "message_reaction_count",
    "inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
    "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request", "chat_boost",
    "removed_chat_boost", "guest_message", "managed_bot", "subscription", "stopped_message_generation",
)  # fmt: skip

# Bot API, getUpdates: "an empty list to receive all update types except chat_member, message_reaction, and
# message_reaction_count (default)".
DEFAULT_UPDATE_KINDS: Final = [
    kind for kind in UPDATE_KINDS if kind not in {"chat_member", "message_reaction", "message_reaction_count"}
]

# The real service's sentence when a parameter is missing.
MISSING: Final = {
    "chat_id": "chat_id is empty",
    "message_id": "message identifier is not specified",
    "text": "message text is empty",
    "user_id": "invalid user_id specified",
    "photo": "there is no photo in the request",
    "action": "wrong parameter action in request",
    "file_id": "file_id not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
}
