"""What happens to the bot itself: it is blocked by a person, added to a group, or removed from one."""

from aiogram.types import ChatMemberRestricted, ChatMemberUpdated
from aiogram.types.chat_member_union import ChatMemberUnion

from bot.conversation.audience.groups import is_bound
from bot.conversation.replies import NewMessage, Replies, Screen
from domain.campuses.campus import Campus
from domain.campuses.group_repository import (
    UNBOUND_STAY,
    UNWANTED_STAY,
    forget_unbound_group,
    notice_unbound_group,
    record_unbound_group,
)
from domain.campuses.people_repository import is_admin_of_any_campus, mark_unreachable
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.orders.use_cases.lost_groups import record_group_lost, record_group_regained
from domain.words import FALLBACK_LANGUAGE, say

ABSENT_STATUSES = frozenset({"kicked", "left"})


async def follow_bot_membership(event: ChatMemberUpdated, work: UnitOfWork, campus_id: int) -> Replies:
    """Follow who blocked the bot, into which groups it is added, and where it may write."""
    if event.chat.type == "private":
        if not _is_present(event.new_chat_member):  # nothing is sent until that person writes again
            await mark_unreachable(work, campus_id, event.chat.id)
        return ()
    campus = await find_campus(work, campus_id)
    if is_bound(campus, event.chat.id):
        await _follow_rights(event, work, campus_id)
        return ()
    if not _is_present(event.new_chat_member):
        await forget_unbound_group(work, campus_id, event.chat.id)
        return ()
    if _is_present(event.old_chat_member):  # its rights were changed
        await notice_unbound_group(work, campus_id, event.chat.id)
        return ()
    return await _enter_group(work, campus, event.chat.id, event.from_user.id)


async def _follow_rights(event: ChatMemberUpdated, work: UnitOfWork, campus_id: int) -> None:
    """Record whether the bot may write in a group of its campus, now that its rights were changed."""
    member = event.new_chat_member
    if not _is_present(member):
        await record_group_lost(work, campus_id, event.chat.id, f"bot was removed from the {event.chat.type}")
    elif isinstance(member, ChatMemberRestricted) and not member.can_send_messages:
        await record_group_lost(work, campus_id, event.chat.id, "not enough rights to send text messages to the chat")
    else:
        await record_group_regained(work, campus_id, event.chat.id, topic_too=member.status == "administrator")


async def _enter_group(work: UnitOfWork, campus: Campus, chat_id: int, added_by: int) -> Replies:
    """Stay for a while where an admin may bind the group, and say how; else leave soon, which `group_care` does."""
    is_wanted = await is_admin_of_any_campus(work, added_by)
    leave_at = work.now + (UNBOUND_STAY if is_wanted else UNWANTED_STAY)
    await record_unbound_group(work, campus.id, chat_id, added_by=added_by, leave_at=leave_at)
    if not is_wanted:
        return ()
    return (NewMessage(Screen(say(FALLBACK_LANGUAGE, "bot-group-not-bound", campus=campus.title))),)


def _is_present(member: ChatMemberUnion) -> bool:
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status not in ABSENT_STATUSES
