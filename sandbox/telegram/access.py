"""Checks whether a bot may use a chat, with the real service's refusals."""

from sandbox.telegram.bot_api_refusals import BotApiRefusal, bad_request, forbidden_refusal
from sandbox.telegram.records import Bot, Group, JsonObject
from sandbox.telegram.telegram_sandbox import TelegramSandbox
from sandbox.telegram.telegram_world import group_place, private_place

PRESENT_STATUSES = frozenset({"creator", "administrator", "member"})
ADMIN_STATUSES = frozenset({"creator", "administrator"})


def require_group(telegram: TelegramSandbox, bot: Bot, chat_id: int | str) -> Group:
    """Return the group if the bot is a member of it; raise BotApiRefusal otherwise."""
    group = telegram.world.groups.get(chat_id) if isinstance(chat_id, int) else None
    if group is None:
        raise bad_request("chat not found")
    if group.migrated_to is not None:
        moved: JsonObject = {"migrate_to_chat_id": group.migrated_to}
        raise bad_request("group chat was upgraded to a supergroup chat", moved)
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


def is_admin(group: Group, identity: int) -> bool:
    """Whether a bot or person is an administrator of the group."""
    return group.members.get(str(identity)) in ADMIN_STATUSES
