"""Groups: the bot answers there only who has a part in them, and is silent to everybody else."""

from aiogram.types import Message

from bot.conversation.replies import NewMessage, Replies, Screen
from domain.campuses.campus import Campus
from domain.campuses.group_repository import notice_unbound_group, try_tell_stranger
from domain.campuses.people import Member, StrangerReply
from domain.campuses.people_repository import find_member
from domain.database.actors import Role
from domain.database.unit_of_work import UnitOfWork
from domain.errors import NotAllowed
from domain.restrictions.runner_groups.membership import may_be_in_group
from domain.typed import clean_text, normalize_command
from domain.words import FALLBACK_LANGUAGE, say

ANONYMOUS_ADMIN_ID = 1087968824  # GroupAnonymousBot, in whose name anonymous administrators write
BIND_COMMAND = "/bind"


async def answer_in_group(work: UnitOfWork, campus: Campus, event: Message) -> Replies | None:
    """Return what is answered to a message in a group without handling it, often nothing; None to handle it."""
    chat_id, text = event.chat.id, normalize_command(clean_text(event.text or event.caption or ""))
    if not is_bound(campus, chat_id):
        await notice_unbound_group(work, campus.id, chat_id)
    if chat_id != campus.admin_chat and not text.startswith("/"):
        return ()  # people talk to each other; replies are for the bot only in the admin chat
    if is_bound(campus, chat_id) and _is_anonymous_administrator(event):
        return (NewMessage(Screen(say(FALLBACK_LANGUAGE, "bot-anonymous"))),)
    if event.from_user is None or event.from_user.is_bot or event.sender_chat is not None:
        return ()
    member = await find_heard(work, campus, chat_id, event.from_user.id)
    if member is None:
        return ()
    if chat_id == campus.runner_group and Role.ADMIN not in member.roles:
        return await _point_to_private_chat(work, campus, event.from_user.id)
    if not is_bound(campus, chat_id) and text.split()[0].partition("@")[0] != BIND_COMMAND:
        return (NewMessage(Screen(say(FALLBACK_LANGUAGE, "bot-group-not-bound", campus=campus.title))),)
    return None


def is_bound(campus: Campus, chat_id: int) -> bool:
    """Return whether the campus works in this group."""
    return chat_id in (campus.runner_group, campus.admin_chat)


async def find_heard(work: UnitOfWork, campus: Campus, chat_id: int, person_id: int) -> Member | None:
    """Return the member whom the bot answers in this group; None for everybody else.

    An admin is heard in every group, because an admin may bind it. A runner who may take jobs is heard in the runner
    group, and reads there once an hour that commands belong into the private chat; one who is suspended or barred is
    not heard, and leaves it.
    """
    try:
        member = await find_member(work, campus.id, person_id)
    except LookupError:
        return None
    is_runner_here = chat_id == campus.runner_group and await may_be_in_group(work, member)
    return member if Role.ADMIN in member.roles or is_runner_here else None


async def _point_to_private_chat(work: UnitOfWork, campus: Campus, person_id: int) -> Replies:
    """Say, once an hour to each runner, where commands belong: all runners read what stands in their group."""
    if not await try_tell_stranger(work, campus.id, person_id, StrangerReply.RUNNER_GROUP):
        return ()
    return (NewMessage(Screen(say(FALLBACK_LANGUAGE, "bot-write-in-private"))),)


async def require_known_tapper(work: UnitOfWork, campus: Campus, chat_id: int, person_id: int) -> None:
    """Raise NotAllowed for a tap of a stranger in an unbound group: no row is written for them."""
    if is_bound(campus, chat_id):
        return
    try:
        await find_member(work, campus.id, person_id)
    except LookupError:
        raise NotAllowed from None


def _is_anonymous_administrator(event: Message) -> bool:
    in_the_name_of_the_group = event.sender_chat is not None and event.sender_chat.id == event.chat.id
    return in_the_name_of_the_group or (event.from_user is not None and event.from_user.id == ANONYMOUS_ADMIN_ID)
