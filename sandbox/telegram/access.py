"""May this bot write there? Chats found by id, with the real service's refusals."""

from .records import Bot, Group, JsonObject
from .refusals import Refusal, bad_request, forbidden
from .telegram import Telegram
from .world import group_place, private_place

PRESENT = frozenset({"creator", "administrator", "member"})
ADMINS = frozenset({"creator", "administrator"})


def group_for(telegram: Telegram, bot: Bot, chat_id: int | str) -> Group:
    """A group the bot is in; Refusal otherwise."""
    group = telegram.world.groups.get(chat_id) if isinstance(chat_id, int) else None
    if group is None:
        raise bad_request("chat not found")
    if group.migrated_to is not None:
        moved: JsonObject = {"migrate_to_chat_id": group.migrated_to}
        raise bad_request("group chat was upgraded to a supergroup chat", moved)
    status = group.members.get(str(bot.id), "left")
    if status not in PRESENT:
        raise _absent(group, status)
    return group


def _absent(group: Group, status: str) -> Refusal:
    kind = "supergroup" if group.type == "supergroup" else "group"
    if status == "kicked":
        return forbidden(f"bot was kicked from the {kind} chat")
    return forbidden(f"bot is not a member of the {kind} chat")


def place_for(telegram: Telegram, bot: Bot, chat_id: int | str) -> str:
    """The place a bot may write to under this chat_id; Refusal when it may not."""
    if not isinstance(chat_id, int):
        raise bad_request("chat not found")
    if chat_id < 0:
        return group_place(group_for(telegram, bot, chat_id).id)
    place = private_place(bot.id, chat_id)
    chat = telegram.world.private_chats.get(place)
    if chat is not None:
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        return place
    if telegram.world.people.get(chat_id) is None:
        raise bad_request("chat not found")
    raise forbidden("bot can't initiate conversation with a user")


def is_admin(group: Group, identity: int) -> bool:
    """Whether a bot or person is an administrator of the group."""
    return group.members.get(str(identity)) in ADMINS
