"""Who is in a group and with what rights, and telling bots when that changes."""

from dataclasses import replace
from typing import Final

from .access import ADMINS, PRESENT
from .posting import write_message
from .records import Bot, Group, JsonObject, Message, Person
from .telegram import Telegram
from .updates import tell, tell_message
from .views import group_object, user_object, without_empty
from .world import group_place

_RIGHTS: Final = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
    "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "can_send_welcome_messages", "can_pin_messages", "can_manage_topics", "can_manage_tags",
)  # fmt: skip


def member_object(account: Bot | Person, status: str) -> JsonObject:
    """A ChatMember of the Bot API."""
    body: JsonObject = {"status": status, "user": user_object(account)}
    match status:
        case "creator":
            return {**body, "is_anonymous": False}
        case "administrator":
            return {**body, "can_be_edited": False, "is_anonymous": False, **dict.fromkeys(_RIGHTS, True)}
        case "kicked":
            return {**body, "until_date": 0}
        case _:
            return body


def change_member(
    telegram: Telegram,
    group: Group,
    account: Bot | Person,
    status: str,
    *,
    by: Bot | Person,
    link: JsonObject | None = None,
) -> Group:
    """Set somebody's status in a group; the group, the bots and the news hear of it."""
    before = group.members.get(str(account.id), "left")
    changed = telegram.world.groups.put(replace(group, members={**group.members, str(account.id): status}))
    if before == status:
        return changed
    telegram.feed.tell("member", {"chat": group.id, "user": account.id}, status=status)
    _say_so(telegram, changed, account, before, status)
    body = without_empty(
        {
            "chat": group_object(group),
            "from": user_object(by),
            "date": int(telegram.clock.now()),
            "old_chat_member": member_object(account, before),
            "new_chat_member": member_object(account, status),
            "invite_link": link,
        }
    )
    _tell_bots(telegram, changed, account, body)
    return changed


def _tell_bots(telegram: Telegram, group: Group, account: Bot | Person, body: JsonObject) -> None:
    for bot in telegram.world.bots:
        if bot.id == account.id:
            tell(telegram, bot, "my_chat_member", body, queue=f"chat:{group_place(group.id)}")
        elif group.members.get(str(bot.id)) in ADMINS:
            tell(telegram, bot, "chat_member", body, queue=f"member:{account.id}")


def _say_so(telegram: Telegram, group: Group, account: Bot | Person, before: str, status: str) -> None:
    user = user_object(account)
    if status in PRESENT and before not in PRESENT:
        service: JsonObject = {"new_chat_members": [user], "new_chat_member": user, "new_chat_participant": user}
    elif before in PRESENT and status not in PRESENT:
        service = {"left_chat_member": user, "left_chat_participant": user}
    else:
        return
    draft = Message(place=group_place(group.id), message_id=0, sender_id=account.id, date=0, service=service)
    message = write_message(telegram, draft)
    for bot in bots_in(telegram, group):
        tell_message(telegram, bot, message)


def bots_in(telegram: Telegram, group: Group) -> list[Bot]:
    """The bots that are in a group."""
    return [bot for bot in telegram.world.bots if group.members.get(str(bot.id)) in PRESENT]
