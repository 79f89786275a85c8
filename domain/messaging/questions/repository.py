"""The questions that were asked, as rows: open until something settles them, then due until their message says so."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, Text, all_, any_, bindparam, exists, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.campuses.tables import campus, person
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.notification.model import NotificationStatus
from domain.messaging.notification.repository import NotificationRow, notification_from_row
from domain.messaging.questions.model import Settlement
from domain.messaging.tables import notification, question, set_postponed
from domain.settings.timeouts import Timeout

LEASE_TTL = Timeout.SEND_LEASE.delta

_DUE = (
    select(question.c.id)
    .where(question.c.id == bindparam("number"), question.c.due_at <= func.now())
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_LEASE = (
    update(question)
    .where(question.c.id == _DUE)
    .values(due_at=func.now() + LEASE_TTL, tries=question.c.tries + 1)
    .returning(question.c.id, question.c.notification_id, question.c.tries, question.c.postponed)
)
_OPEN = update(question).where(question.c.event.is_(None)).values(due_at=func.now())
_SETTLE = _OPEN.where(
    question.c.about == any_(bindparam("abouts", type_=ARRAY(Text()))),
    question.c.key == any_(bindparam("keys", type_=ARRAY(Text()))),
)
_SETTLE_ASKED_BEFORE = _OPEN.where(
    question.c.campus_id == bindparam("campus", type_=BigInteger()),
    question.c.chat_id == bindparam("chat", type_=BigInteger()),
    question.c.topic == bindparam("this_topic", type_=Text()),
    question.c.about == bindparam("this", type_=Text()),
)
_BESIDE, _ASKED = question.alias("beside"), notification.alias("asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledQuestion:
    """A settled question whose message does not say so yet, as it is leased."""

    id: int
    notification_id: int
    tries: int
    postponed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMessage:
    """The message of a question: all that leaves in it, whether another question in it is open, and how it ended."""

    notifications: Sequence[NotificationRow]
    message_id: int | None
    has_open_question: bool
    settlement: Settlement
    name: str | None  # of the person who settled it
    time_zone: str


async def insert_question(
    work: UnitOfWork, campus_id: int, notification_id: int, chat_id: int, key: str, topic: str, about: str
) -> None:
    """Insert a question about `about` (`kind:id`)."""
    values = {"campus_id": campus_id, "notification_id": notification_id, "chat_id": chat_id, "key": key}
    await work.connection.execute(insert(question).values(topic=topic, about=about, **values))


async def settle_asked_before(
    work: UnitOfWork, campus_id: int, chat_id: int, topic: str, about: str, settlement: Settlement
) -> None:
    """Settle the open questions of this topic about the same in a chat, because another one is asked there."""
    here = {"campus": campus_id, "chat": chat_id, "this_topic": topic, "this": about}
    await work.connection.execute(_SETTLE_ASKED_BEFORE, here | _settled_values(settlement))


async def settle_questions(
    work: UnitOfWork, keys: Collection[str], abouts: Collection[str], settlement: Settlement
) -> None:
    """Settle all open questions with these sentences about one of these."""
    which = {"keys": list(keys), "abouts": list(abouts)}
    await work.connection.execute(_SETTLE, which | _settled_values(settlement))


def _settled_values(settlement: Settlement) -> dict[str, Any]:
    return {
        "event": settlement.event,
        "settled_at": settlement.at,
        "by_admin": settlement.by_admin,
        "settled_by": settlement.person_id,
    }


def select_due_questions(due_before: Any, limit: Any, full: Any) -> Select[Any]:
    """Select id, campus_id and due_at of settled questions whose message was sent and does not say so.

    The most overdue come first; those of the campuses in `full` are left out. The message is read for each question
    alone: a plan could otherwise begin with all messages that were ever sent.
    """
    own = (notification.c.id == question.c.notification_id, notification.c.status == NotificationStatus.SENT)
    asked = select(notification.c.campus_id).where(*own).limit(1).lateral("asked")
    due = select(question.c.id, asked.c.campus_id, question.c.due_at).join_from(question, asked, true())
    due = due.where(question.c.due_at <= due_before, asked.c.campus_id != all_(full))
    return due.order_by(question.c.due_at).limit(limit)


async def lease_question(connection: AsyncConnection, question_id: int) -> SettledQuestion | None:
    """Lease a settled question. Return None when it is not due, or another worker has the lease."""
    row = (await connection.execute(_LEASE, {"number": question_id})).mappings().one_or_none()
    return None if row is None else SettledQuestion(**row)


async def find_asked_message(connection: AsyncConnection, settled: SettledQuestion) -> AskedMessage | None:
    """Return the message of a question; None when it was certainly never sent."""
    asked = _ASKED.c
    same = or_(
        notification.c.id == asked.id,
        (notification.c.campus_id == asked.campus_id)
        & (notification.c.chat_id == asked.chat_id)
        & (notification.c.message_id == asked.message_id),
    )
    is_open = exists().where(_BESIDE.c.notification_id == notification.c.id, _BESIDE.c.event.is_(None))
    query = (
        select(notification, is_open.label("is_open"), campus.c.time_zone)
        .join(_ASKED, same)
        .join(campus, campus.c.id == asked.campus_id)
        .where(asked.id == settled.notification_id)
        .order_by(notification.c.id)
    )
    rows = (await connection.execute(query)).mappings().all()
    mine = next(row for row in rows if row["id"] == settled.notification_id)
    if mine["status"] == NotificationStatus.DROPPED:
        return None
    end = (
        select(question, person.c.first_name)
        .outerjoin(person, person.c.id == question.c.settled_by)
        .where(question.c.id == settled.id)
    )
    ended = (await connection.execute(end)).mappings().one()
    return AskedMessage(
        notifications=[notification_from_row(row) for row in rows],
        message_id=mine["message_id"],
        has_open_question=any(row["is_open"] for row in rows),
        settlement=Settlement(
            event=ended["event"], at=ended["settled_at"], by_admin=ended["by_admin"], person_id=ended["settled_by"]
        ),
        name=ended["first_name"],
        time_zone=mine["time_zone"],
    )


async def record_question_shown(work: UnitOfWork, question_id: int) -> None:
    """Record that there is nothing more to say in the message of a question."""
    await work.connection.execute(update(question).where(question.c.id == question_id).values(due_at=None, error=None))


async def postpone_question(work: UnitOfWork, settled: SettledQuestion, after: timedelta, error: str | None) -> None:
    """Make it due again after this delay. The try does not count; without an error it only waited."""
    changed = {"due_at": func.now() + after, "tries": settled.tries - 1, **set_postponed(question, error)}
    await work.connection.execute(update(question).where(question.c.id == settled.id).values(changed))


async def record_question_failure(work: UnitOfWork, settled: SettledQuestion, after: timedelta, error: str) -> None:
    """Count a try that failed, and make it due again after this delay."""
    changed = {"due_at": func.now() + after, "error": error}
    await work.connection.execute(update(question).where(question.c.id == settled.id).values(changed))
