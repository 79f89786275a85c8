"""The append-only event log: every transition, written in the commit that makes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import insert, select

from domain.database.actors import Actor, Role
from domain.database.tables import event_log
from domain.database.unit_of_work import UnitOfWork

_LINE = insert(event_log)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """One line of the event log."""

    subject: str
    subject_id: str
    event: str
    before: str | None
    after: str | None
    actor: Actor
    reason: str | None
    at: datetime


class FollowEvent(Protocol):
    """Does what follows from a line of the event log, in its transaction."""

    async def __call__(
        self,
        work: UnitOfWork,
        actor: Actor,
        /,
        *,
        order_id: int | None,
        subject: str,
        subject_id: object,
        happened: str,
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFollowers:
    """What a higher room does when something is logged."""

    follow: FollowEvent


async def log_event(
    work: UnitOfWork,
    actor: Actor,
    *,
    campus_id: int | None,
    order_id: int | None,
    subject: str,
    subject_id: object,
    happened: str,
    before: str | None = None,
    after: str | None = None,
    reason: str | None = None,
) -> None:
    """Write one line of the event log in this transaction."""
    line = {
        "campus_id": campus_id,
        "order_id": order_id,
        "subject": subject,
        "subject_id": str(subject_id),
        "event": happened,
        "before": before,
        "after": after,
        "actor_role": actor.role,
        "actor_id": actor.person_id,
        "reason": reason,
    }
    work.insert_before_commit(_LINE, line)
    follow = work.registers.get(EventFollowers).follow
    await follow(work, actor, order_id=order_id, subject=subject, subject_id=subject_id, happened=happened)


async def read_order_history(work: UnitOfWork, campus_id: int, order_id: int) -> Sequence[LoggedEvent]:
    """Return all logged events of an order of this campus, oldest first."""
    await work.insert_deferred()
    query = (
        select(event_log)
        .where(event_log.c.campus_id == campus_id, event_log.c.order_id == order_id)
        .order_by(event_log.c.id)
    )
    return [
        LoggedEvent(
            subject=row["subject"],
            subject_id=row["subject_id"],
            event=row["event"],
            before=row["before"],
            after=row["after"],
            actor=Actor(role=Role(row["actor_role"]), person_id=row["actor_id"]),
            reason=row["reason"],
            at=row["at"],
        )
        for row in (await work.connection.execute(query)).mappings()
    ]
