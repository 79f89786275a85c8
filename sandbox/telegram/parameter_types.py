"""The parameters of all supported methods: their types, the fields of objects inside them, and kinds of updates."""

from typing import Final

_NAMES_BY_TYPE: Final = {
    "text": (
        "text parse_mode message_effect_id caption callback_query_id url ip_address secret_token file_id language_code"
        " name action"
    ),
    "number": (
        "message_id user_id offset limit timeout max_connections message_thread_id cache_time expire_date member_limit"
        " until_date"
    ),
    "flag": (
        "disable_notification protect_content drop_pending_updates show_caption_above_media has_spoiler show_alert"
        " creates_join_request revoke_messages only_if_banned"
    ),
    "chat": "chat_id",  # an integer or @username
    "table": "reply_parameters reply_markup link_preview_options scope",  # a JSON object
    "rows": "entities caption_entities allowed_updates commands",  # a JSON array
    "upload": "photo",  # a file, an attach:// reference, a file id or a URL
}
PARAMETER_TYPES: Final = {name: kind for kind, names in _NAMES_BY_TYPE.items() for name in names.split()}
_ENTITY_FIELDS: Final = frozenset(
    {"type", "offset", "length", "url", "user", "language", "custom_emoji_id", "unix_time", "date_time_format"}
)

# The allowed fields of objects inside parameters.
OBJECTS: Final[dict[str, frozenset[str]]] = {
    "reply_parameters": frozenset({"message_id", "chat_id", "allow_sending_without_reply", "quote"}),
    "link_preview_options": frozenset(
        {"is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"}
    ),
    "entities": _ENTITY_FIELDS,
    "caption_entities": _ENTITY_FIELDS,
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
    "file_id": "file_id not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
}
