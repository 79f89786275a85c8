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


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """One line to write: what happened to which subject, and about which order."""

    campus_id: int | None
    order_id: int | None
    subject: str
    subject_id: object
    happened: str
    before: str | None = None
    after: str | None = None
    reason: str | None = None


class FollowEvents(Protocol):
    """Does what follows from lines of the event log, in their transaction."""

    async def __call__(self, work: UnitOfWork, actor: Actor, events: Sequence[NewEvent], /) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFollowers:
    """What a higher room does when something is logged."""

    follow: FollowEvents


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
    event = NewEvent(
        campus_id=campus_id,
        order_id=order_id,
        subject=subject,
        subject_id=subject_id,
        happened=happened,
        before=before,
        after=after,
        reason=reason,
    )
    await log_events(work, actor, [event])


async def log_events(work: UnitOfWork, actor: Actor, events: Sequence[NewEvent]) -> None:
    """Write a line of the event log for each event in this transaction, and do what follows from them together."""
    for event in events:
        line = {
            "campus_id": event.campus_id,
            "order_id": event.order_id,
            "subject": event.subject,
            "subject_id": str(event.subject_id),
            "event": event.happened,
            "before": event.before,
            "after": event.after,
            "actor_role": actor.role,
            "actor_id": actor.person_id,
            "reason": event.reason,
        }
        work.insert_before_commit(_LINE, line)
    await work.registers.get(EventFollowers).follow(work, actor, events)


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
