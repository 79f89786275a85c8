"""Membership and rights in groups, and the updates about changes."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from sandbox.telegram.access import ADMIN_STATUSES, PRESENT_STATUSES
from sandbox.telegram.api_objects import group_object, user_object, without_empty
from sandbox.telegram.posting import write_message
from sandbox.telegram.records import Bot, Group, JsonObject, Message, Person
from sandbox.telegram.telegram_sandbox import TelegramSandbox
from sandbox.telegram.telegram_world import group_place
from sandbox.telegram.updates import notify_bot, notify_bot_of_message

_RIGHTS: Final = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
    "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "can_send_welcome_messages", "can_pin_messages", "can_manage_topics", "can_manage_tags",
)  # fmt: skip


_WRITING_RIGHTS: Final = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews",
)  # fmt: skip
_OTHER_RIGHTS: Final = (
    "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics", "can_edit_tag",
    "can_react_to_messages",
)  # fmt: skip


def permissions_object(group: Group) -> JsonObject:
    """Return the ChatPermissions of a group."""
    return {**dict.fromkeys(_WRITING_RIGHTS, not group.muted), **dict.fromkeys(_OTHER_RIGHTS, False)}


def member_object(
    account: Bot | Person, status: str, *, is_mute: bool = False, lacking: Collection[str] = ()
) -> JsonObject:
    """Return a ChatMember of the Bot API; `lacking` are rights that an administrator was not given."""
    body: JsonObject = {"status": status, "user": user_object(account)}
    match status:
        case "creator":
            return {**body, "is_anonymous": False}
        case "administrator":
            return {
                **body,
                "can_be_edited": False,
                "is_anonymous": False,
                **{right: right not in lacking for right in _RIGHTS},
            }
        case "restricted":
            rights = {**dict.fromkeys(_WRITING_RIGHTS, not is_mute), **dict.fromkeys(_OTHER_RIGHTS, False)}
            return {**body, "is_member": True, "until_date": 0, **rights}
        case "kicked":
            return {**body, "until_date": 0}
        case _:
            return body


def change_member(
    telegram: TelegramSandbox,
    group: Group,
    account: Bot | Person,
    status: str,
    *,
    by: Bot | Person,
    link: JsonObject | None = None,
    is_mute: bool = False,
) -> Group:
    """Set an account's status in a group; on a change, publish the event, write the service message and notify bots."""
    before, was_mute = group.members.get(str(account.id), "left"), account.id in group.mute
    others = [each for each in group.mute if each != account.id]
    mute = [*others, account.id] if is_mute else others
    changed = telegram.world.groups.put(replace(group, members={**group.members, str(account.id): status}, mute=mute))
    if before == status and was_mute == is_mute:
        return changed
    telegram.feed.publish("member", {"chat": group.id, "user": account.id}, status=status)
    _write_membership_message(telegram, changed, account, before, status)
    body = without_empty(
        {
            "chat": group_object(group),
            "from": user_object(by),
            "date": int(telegram.clock.now()),
            "old_chat_member": member_object(account, before, is_mute=was_mute),
            "new_chat_member": member_object(
                account, status, is_mute=is_mute, lacking=group.lacking.get(str(account.id), ())
            ),
            "invite_link": link,
        }
    )
    _notify_bots(telegram, changed, account, body)
    return changed


def _notify_bots(telegram: TelegramSandbox, group: Group, account: Bot | Person, body: JsonObject) -> None:
    for bot in telegram.world.bots:
        if bot.id == account.id:
            notify_bot(telegram, bot, "my_chat_member", body, queue=f"chat:{group_place(group.id)}")
        elif group.members.get(str(bot.id)) in ADMIN_STATUSES:
            notify_bot(telegram, bot, "chat_member", body, queue=f"member:{account.id}")


def _write_membership_message(
    telegram: TelegramSandbox, group: Group, account: Bot | Person, before: str, status: str
) -> None:
    user = user_object(account)
    if status in PRESENT_STATUSES and before not in PRESENT_STATUSES:
        service: JsonObject = {"new_chat_members": [user], "new_chat_member": user, "new_chat_participant": user}
    elif before in PRESENT_STATUSES and status not in PRESENT_STATUSES:
        service = {"left_chat_member": user, "left_chat_participant": user}
    else:
        return
    draft = Message(place=group_place(group.id), message_id=0, sender_id=account.id, date=0, service=service)
    message = write_message(telegram, draft)
    for bot in bots_in(telegram, group):
        notify_bot_of_message(telegram, bot, message)


def bots_in(telegram: TelegramSandbox, group: Group) -> list[Bot]:
    """Return the bots that are in a group."""
    return [bot for bot in telegram.world.bots if group.members.get(str(bot.id)) in PRESENT_STATUSES]
