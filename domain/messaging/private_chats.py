"""The private chat of a person with a campus' bot, opened by a message of the person."""

from dataclasses import replace

from domain.campuses.people import Member
from domain.campuses.people_repository import mark_reachable
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import send_undelivered_order_messages


async def open_private_chat(work: UnitOfWork, member: Member) -> Member:
    """Record that the bot can write to this member, and make their unsent order messages due.

    The bot can write only to a person who has written to it, and has not blocked it since.
    """
    if member.reachable:
        return member
    await mark_reachable(work, member.campus_id, member.person_id)
    await send_undelivered_order_messages(work, member.campus_id, member.person_id)
    return replace(member, reachable=True)
