"""Bot API methods that remove people from groups, and let them return."""

from sandbox.telegram.access import PRESENT_STATUSES, has_right, require_group, require_place
from sandbox.telegram.bot_api_refusals import bad_request
from sandbox.telegram.members import change_member
from sandbox.telegram.parameters import BotApiCall
from sandbox.telegram.records import Bot, Group, Person
from sandbox.telegram.telegram_sandbox import TelegramSandbox

_NO_RIGHT = "not enough rights to restrict/unrestrict chat member"


def ban_chat_member(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle banChatMember: of a supergroup also people who are not in it; of a group only members, who may return."""
    group, account = _restrictable(telegram, call)
    present = group.members.get(str(account.id)) in PRESENT_STATUSES
    if group.type == "group" and not present:
        raise bad_request("USER_NOT_PARTICIPANT")
    change_member(telegram, group, account, "kicked" if group.type == "supergroup" else "left", by=call.bot)
    return True


def unban_chat_member(telegram: TelegramSandbox, call: BotApiCall) -> object:
    """Handle unbanChatMember, which removes a member too unless `only_if_banned` is set."""
    group, account = _restrictable(telegram, call)
    if group.type != "supergroup":
        raise bad_request("method is available for supergroup and channel chats only")
    status = group.members.get(str(account.id), "left")
    if status == "kicked" or (status in PRESENT_STATUSES and not call.flag("only_if_banned")):
        change_member(telegram, group, account, "left", by=call.bot)
    return True


def _restrictable(telegram: TelegramSandbox, call: BotApiCall) -> tuple[Group, Bot | Person]:
    """Return the group, and the account that this bot may remove from it; raise BotApiRefusal otherwise."""
    chat_id = call.need_chat()
    if isinstance(chat_id, int) and chat_id > 0:
        require_place(telegram, call.bot, chat_id)
        raise bad_request("method is available only for groups, supergroups and channels")
    group, identity = require_group(telegram, call.bot, chat_id), call.need_number("user_id")
    account = telegram.world.people.get(identity) or telegram.world.bots.get(identity)
    if account is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    if account.id == call.bot.id:
        raise bad_request("can't restrict self")
    if not has_right(group, call.bot.id, "can_restrict_members"):
        raise bad_request(_NO_RIGHT)
    match group.members.get(str(account.id)):
        case "creator":
            raise bad_request("can't remove chat owner")
        case "administrator":
            raise bad_request("user is an administrator of the chat")
        case _:
            return group, account
