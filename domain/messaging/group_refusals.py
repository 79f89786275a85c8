"""What Telegram says when a bot may not write in a group: removed, restricted, muted, deleted, or a closed topic."""

_TOPIC_TEXTS = ("topic_closed", "topic_deleted", "topic_id_invalid", "message thread not found", "chat is not a forum")
_GROUP_TEXTS = (
    "chat not found",
    "bot was kicked",
    "bot is not a member",
    "group chat was deleted",
    "not enough rights to send text messages",
    "have no rights to send a message",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_send_plain_forbidden",
    "chat_restricted",
    "group chat was deactivated",
)


def is_topic_refused(description: str) -> bool:
    """Return whether the bot may write in the group, but not in this topic."""
    said = description.lower()
    return any(text in said for text in _TOPIC_TEXTS)


def is_group_refused(description: str) -> bool:
    """Return whether nothing can be written to the chat now, whatever it is; else the message is at fault."""
    said = description.lower()
    return is_topic_refused(description) or any(text in said for text in _GROUP_TEXTS)
