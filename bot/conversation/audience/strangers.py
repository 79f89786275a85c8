"""Strangers in a private chat: they read how to get in, and the same again once an hour at most."""

from bot.conversation.audience.groups import find_heard
from bot.conversation.home import render_admission_screen
from bot.conversation.replies import NewMessage, Replies
from bot.conversation.request_context import RequestContext
from bot.transport.update_payload import find_reply_target, find_sender_name
from domain.campuses.campus import Campus
from domain.campuses.group_repository import try_tell_stranger
from domain.campuses.people import StrangerReply
from domain.campuses.people_repository import find_member
from domain.campuses.repository import find_campus
from domain.database.unit_of_work import UnitOfWork
from domain.inbox.repository import IncomingUpdate
from domain.orders.repository import has_ordered


async def limit_replies(context: RequestContext, replies: Replies) -> Replies:
    """Return what a person reads who wrote to the bot: a stranger reads how to get in, or nothing.

    A stranger whose message was the code of the campus is none any more. A wrong link has an answer of its own.
    """
    work, campus, member = context.work, context.campus, context.member
    if not replies or member.roles or not await is_stranger(work, campus, member.person_id):
        return replies
    if context.typed.startswith("/start") and context.arguments:
        return replies if await try_tell_stranger(work, campus.id, member.person_id, StrangerReply.WRONG_LINK) else ()
    return await _tell_how_to_get_in(work, campus, member.person_id, member.first_name, member.language)


async def reply_to_refused_stranger(work: UnitOfWork, incoming_update: IncomingUpdate) -> Replies | None:
    """Return what a stranger reads instead of the refusal of a message, perhaps nothing; None for anybody else."""
    target, person_id = find_reply_target(incoming_update.payload), incoming_update.person_id
    if target is None or target.tap_id is not None or not target.is_private or person_id is None:
        return None
    campus = await find_campus(work, incoming_update.campus_id)
    if not await is_stranger(work, campus, person_id):
        return None
    name = find_sender_name(incoming_update.payload)
    return await _tell_how_to_get_in(work, campus, person_id, name, target.language)


async def is_stranger(work: UnitOfWork, campus: Campus, person_id: int) -> bool:
    """Return whether the person has no place on the campus: no role, and never an order."""
    try:
        member = await find_member(work, campus.id, person_id)
    except LookupError:
        return not campus.open_to_all
    return not member.roles and not await has_ordered(work, campus.id, person_id)


async def is_answered(work: UnitOfWork, incoming_update: IncomingUpdate) -> bool:
    """Return whether the bot says something about an update it did not handle: a tap always gets its answer."""
    target, person_id = find_reply_target(incoming_update.payload), incoming_update.person_id
    if target is None or target.tap_id is not None or person_id is None:
        return target is not None and target.tap_id is not None
    campus = await find_campus(work, incoming_update.campus_id)
    if target.is_private:
        return not await is_stranger(work, campus, person_id)
    return await find_heard(work, campus, target.chat_id, person_id) is not None


async def _tell_how_to_get_in(work: UnitOfWork, campus: Campus, person_id: int, name: str, language: str) -> Replies:
    if not await try_tell_stranger(work, campus.id, person_id, StrangerReply.ADMISSION):
        return ()
    return (NewMessage(render_admission_screen(campus, name, language)),)
