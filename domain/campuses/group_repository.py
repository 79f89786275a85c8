"""The groups of a campus after they were bound, the unbound ones that its bot will leave, and who is a stranger."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.campuses.people import StrangerReply
from domain.campuses.tables import campus, stranger_reply, unbound_group
from domain.database.unit_of_work import UnitOfWork
from domain.settings.timeouts import Timeout

UNBOUND_STAY = Timeout.UNBOUND_GROUP_STAY.delta
# How long it stays where nobody may bind it. A bound group that becomes a supergroup looks so for a moment.
UNWANTED_STAY = Timeout.UNWANTED_GROUP_STAY.delta
LEAVING_LEASE = Timeout.GROUP_LEAVING_LEASE.delta
MAX_GROUPS_TO_LEAVE = 10  # in one turn
STRANGER_REPLY_INTERVAL = Timeout.STRANGER_REPLY_INTERVAL.delta

_IS_BOUND = exists().where(
    campus.c.id == unbound_group.c.campus_id, unbound_group.c.chat_id.in_((campus.c.runner_group, campus.c.admin_chat))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupToLeave:
    """An unbound group whose time is over."""

    campus_id: int
    chat_id: int
    had_time: bool  # to be bound; else nobody wanted the bot there
    is_told: bool  # that the bot leaves


async def save_group_invite(work: UnitOfWork, campus_id: int, *, chat_id: int, invite: str) -> bool:
    """Save the invite link of the runner group. Return False when another group was bound meanwhile."""
    statement = update(campus).where(campus.c.id == campus_id, campus.c.runner_group == chat_id)
    return (await work.connection.execute(statement.values(runner_invite=invite))).rowcount == 1


async def update_group_chat_id(work: UnitOfWork, campus_id: int, *, before: int, after: int) -> None:
    """Follow a group that became a supergroup and has a new chat id, whether it is bound or not.

    Telegram may tell of the bot in the new group before it tells that the group is the same.
    """
    for column in (campus.c.runner_group, campus.c.admin_chat):
        statement = update(campus).where(campus.c.id == campus_id, column == before)
        await work.connection.execute(statement.values({column: after}))
    await work.connection.execute(delete(unbound_group).where(_is(campus_id, after)))
    await work.connection.execute(update(unbound_group).where(_is(campus_id, before)).values(chat_id=after))


async def record_unbound_group(
    work: UnitOfWork, campus_id: int, chat_id: int, *, added_by: int, leave_at: datetime
) -> None:
    """Record that a person added the bot to a group that is not bound."""
    added = {"added_by": added_by, "added_at": func.now(), "leave_at": leave_at, "told_at": None}
    statement = insert(unbound_group).values(campus_id=campus_id, chat_id=chat_id, **added)
    await work.connection.execute(statement.on_conflict_do_update(index_elements=["campus_id", "chat_id"], set_=added))


async def notice_unbound_group(work: UnitOfWork, campus_id: int, chat_id: int) -> None:
    """Record a group that is not bound, unless it is known: the bot is in it, and nobody knows since when."""
    seen = {"campus_id": campus_id, "chat_id": chat_id, "leave_at": work.now + UNBOUND_STAY}
    await work.connection.execute(insert(unbound_group).values(seen).on_conflict_do_nothing())


async def forget_unbound_group(work: UnitOfWork, campus_id: int, chat_id: int) -> None:
    """Forget a group, because it is bound now or the bot is not in it any more."""
    await work.connection.execute(delete(unbound_group).where(_is(campus_id, chat_id)))


async def lease_groups_to_leave(work: UnitOfWork, campus_ids: Collection[int]) -> Sequence[GroupToLeave]:
    """Return unbound groups whose time is over, leased: for a while no other process is given them."""
    due = (
        select(unbound_group.c.campus_id, unbound_group.c.chat_id)
        .where(unbound_group.c.campus_id.in_(campus_ids), unbound_group.c.leave_at <= work.now, ~_IS_BOUND)
        .order_by(unbound_group.c.leave_at)
        .limit(MAX_GROUPS_TO_LEAVE)
        .with_for_update(of=unbound_group, skip_locked=True)
        .cte("due")
    )
    statement = (
        update(unbound_group)
        .where(_is(due.c.campus_id, due.c.chat_id))
        .values(leave_at=work.now + LEAVING_LEASE)
        .returning(unbound_group)
    )
    return [
        GroupToLeave(
            campus_id=row["campus_id"],
            chat_id=row["chat_id"],
            had_time=row["added_at"] <= work.now - UNBOUND_STAY,
            is_told=row["told_at"] is not None,
        )
        for row in (await work.connection.execute(statement)).mappings()
    ]


async def mark_group_told(work: UnitOfWork, group: GroupToLeave) -> bool:
    """Record that the group was told. Return False when it was bound or left meanwhile: then the bot stays."""
    statement = update(unbound_group).where(_is(group.campus_id, group.chat_id), ~_IS_BOUND).values(told_at=func.now())
    return (await work.connection.execute(statement)).rowcount == 1


async def postpone_leaving(work: UnitOfWork, group: GroupToLeave, seconds: float) -> None:
    """Leave a group so many seconds from now: Telegram takes no message for it before."""
    statement = update(unbound_group).where(_is(group.campus_id, group.chat_id))
    await work.connection.execute(statement.values(leave_at=func.now() + timedelta(seconds=seconds)))


def _is(campus_id: int | ColumnElement[int], chat_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    return and_(unbound_group.c.campus_id == campus_id, unbound_group.c.chat_id == chat_id)


async def try_tell_stranger(work: UnitOfWork, campus_id: int, person_id: int, reply: StrangerReply) -> bool:
    """Record that a stranger is told this now. Return False when they were told it less than an hour ago."""
    told = insert(stranger_reply).values(campus_id=campus_id, person_id=person_id, kind=reply)
    statement = told.on_conflict_do_update(
        index_elements=["campus_id", "person_id", "kind"],
        set_={"told_at": func.now()},
        where=stranger_reply.c.told_at < func.now() - STRANGER_REPLY_INTERVAL,
    ).returning(stranger_reply.c.kind)
    return (await work.connection.execute(statement)).scalar_one_or_none() is not None
