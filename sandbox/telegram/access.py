"""Checks whether a bot may use a chat, with the real service's refusals."""

from sandbox.telegram.bot_api_refusals import BotApiRefusal, bad_request, forbidden_refusal
from sandbox.telegram.records import Bot, Group, JsonObject
from sandbox.telegram.telegram_sandbox import TelegramSandbox
from sandbox.telegram.telegram_world import group_place, private_place

PRESENT_STATUSES = frozenset({"creator", "administrator", "member", "restricted"})
GENERAL = "0"  # the key of the topic without a message_thread_id
ADMIN_STATUSES = frozenset({"creator", "administrator"})


def require_group(telegram: TelegramSandbox, bot: Bot, chat_id: int | str) -> Group:
    """Return the group if the bot is a member of it; raise BotApiRefusal otherwise."""
    group = telegram.world.groups.get(chat_id) if isinstance(chat_id, int) else None
    if group is None:
        raise bad_request("chat not found")
    if group.migrated_to is not None:
        moved: JsonObject = {"migrate_to_chat_id": group.migrated_to}
        raise bad_request("group chat was upgraded to a supergroup chat", moved)
    if group.deleted:
        raise forbidden_refusal("the group chat was deleted")
    status = group.members.get(str(bot.id), "left")
    if status not in PRESENT_STATUSES:
        raise _absence_refusal(group, status)
    return group


def _absence_refusal(group: Group, status: str) -> BotApiRefusal:
    kind = "supergroup" if group.type == "supergroup" else "group"
    if status == "kicked":
        return forbidden_refusal(f"bot was kicked from the {kind} chat")
    return forbidden_refusal(f"bot is not a member of the {kind} chat")


def require_place(telegram: TelegramSandbox, bot: Bot, chat_id: int | str) -> str:
    """Return the place of this chat_id; raise BotApiRefusal when the bot may not write there."""
    if not isinstance(chat_id, int):
        raise bad_request("chat not found")
    if chat_id < 0:
        return group_place(require_group(telegram, bot, chat_id).id)
    place = private_place(bot.id, chat_id)
    chat = telegram.world.private_chats.get(place)
    if chat is not None:
        if chat.blocked:
            raise forbidden_refusal("bot was blocked by the user")
        return place
    if telegram.world.people.get(chat_id) is None:
        raise bad_request("chat not found")
    raise forbidden_refusal("bot can't initiate conversation with a user")


def require_right_to_write(telegram: TelegramSandbox, bot: Bot, chat_id: int | str, thread: int | None) -> str:
    """Return the place where this bot may write a new message; raise BotApiRefusal when it may not, or not there."""
    place = require_place(telegram, bot, chat_id)
    group = telegram.world.groups.get(chat_id) if isinstance(chat_id, int) and chat_id < 0 else None
    if group is None:
        return place
    if not may_write(group, bot.id):
        raise bad_request("not enough rights to send text messages to the chat")
    if thread is not None and str(thread) not in group.topics:
        raise bad_request("message thread not found")
    is_open = group.topics.get(GENERAL if thread is None else str(thread), True)
    if not is_open and not is_admin(group, bot.id):
        raise bad_request("TOPIC_CLOSED")
    return place


def may_write(group: Group, identity: int) -> bool:
    """Return whether a member may write: a restricted one may not, and in a muted group only administrators may."""
    return is_admin(group, identity) or (identity not in group.mute and not group.muted)


def has_right(group: Group, identity: int, right: str) -> bool:
    """Whether an administrator of the group was given this right."""
    return is_admin(group, identity) and right not in group.lacking.get(str(identity), ())


def is_admin(group: Group, identity: int) -> bool:
    """Whether a bot or person is an administrator of the group."""
    return group.members.get(str(identity)) in ADMIN_STATUSES
