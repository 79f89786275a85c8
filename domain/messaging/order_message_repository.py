"""Order messages as rows: leased to be sent, with the outcome recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Interval,
    RowMapping,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from domain.campuses.tables import campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.notification.model import NotificationStatus
from domain.messaging.order_message import OrderMessageKind, unknown_send_rest
from domain.messaging.tables import notification, order_message, set_postponed
from domain.settings.timeouts import Timeout

# After this, another worker sends the order messages of a killed one. A refresh that is requested meanwhile raises
# `requested_revision` and leaves a `due_at` in the future alone. Otherwise two workers would send the same message.
LEASE_TTL = Timeout.SEND_LEASE.delta

_DUE = (
    select(order_message.c.id)
    .where(order_message.c.id == bindparam("number"), order_message.c.due_at <= func.now())
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
TAKE_LEASE = (
    update(order_message)
    .values(due_at=func.now() + LEASE_TTL, tries=order_message.c.tries + 1, fence=order_message.c.fence + 1)
    .returning(order_message)
)
_LEASE = TAKE_LEASE.where(order_message.c.id == _DUE)


def due_again(
    sent_revision: int | ColumnElement[int], former: ColumnElement[Any] = order_message.c.former
) -> ColumnElement[Any]:
    """Return now while there is more to do: a refresh that came meanwhile, or an older message to close."""
    more = or_(order_message.c.requested_revision > sent_revision, func.cardinality(former) > 0)
    return case((more, func.now()), else_=null())


RISEN = {"fence": order_message.c.fence + 1}  # a worker that read the row before changes nothing any more
SENT = {
    "tries": 0,
    "postponed": 0,
    "error": None,
    "first_sent_at": func.coalesce(order_message.c.first_sent_at, func.now()),
}


_IF_LEASED = (
    update(order_message)
    .where(order_message.c.id == bindparam("number"), order_message.c.fence == bindparam("leased"))
    .values(RISEN)
)
_RECORD_SENT = _IF_LEASED.values(due_at=due_again(bindparam("revision", type_=Integer())), **SENT).returning(
    order_message.c.due_at
)
_POSTPONE = _IF_LEASED.values(due_at=func.now() + bindparam("rest", type_=Interval()))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMessageRow:
    """An order message leased by this worker: `tries` since it was last sent, `fence` to guard the outcome.

    `postponed` counts how often Telegram was not to be had since then, and `unknown_sends` the sends, not the edits,
    whose outcome nobody knew.
    """

    id: int
    campus_id: int
    order_id: int
    kind: OrderMessageKind
    chat_id: int
    message_id: int | None
    sent_hash: str | None
    requested_revision: int
    tries: int
    fence: int
    unknown_sends: int
    first_sent_at: datetime | None  # also of a message that somebody deleted
    former: Sequence[int]  # older messages of the order in the chat, which are not closed yet
    postponed: int
    error: str | None


async def lease_order_message(connection: AsyncConnection, order_message_id: int) -> Sequence[OrderMessageRow]:
    """Lease a due order message, and return it; nothing when it is not due, or another worker has the lease."""
    rows = (await connection.execute(_LEASE, {"number": order_message_id})).mappings()
    return [order_message_from_row(row) for row in rows]


async def keep_order_message_lease(work: UnitOfWork, message: OrderMessageRow) -> None:
    """Extend the lease of a message that is being sent; nothing when another worker has it."""
    mine = update(order_message).where(order_message.c.id == message.id, order_message.c.fence == message.fence)
    await work.connection.execute(mine.values(due_at=func.now() + LEASE_TTL))


async def record_order_message_sent(
    work: UnitOfWork, message: OrderMessageRow, message_id: int | None, digest: str
) -> bool:
    """Record what stands in the chat; due again at once when a refresh was requested meanwhile.

    Return False, and change nothing, when another worker has leased the row.
    """
    revision = message.requested_revision
    changed = {"message_id": message_id, "sent_hash": digest, "sent_revision": revision}
    return await _record_outcome(work, message, _RECORD_SENT, {"revision": revision, **changed})


async def postpone_order_message(
    work: UnitOfWork, message: OrderMessageRow, after: timedelta, error: str | None = None
) -> bool:
    """Make one that was not sent due again after this delay. The try does not count; without an error it only waited.

    Return False, and change nothing, when another worker has leased the row.
    """
    statement = _POSTPONE if error is None else _POSTPONE.values(set_postponed(order_message, error))
    asked = {"rest": after, "tries": message.tries - 1}
    return (await work.connection.execute(statement, _leased(message) | asked)).rowcount == 1


async def record_order_message_failure(
    work: UnitOfWork, message: OrderMessageRow, after: timedelta, error: str
) -> None:
    """Count a fault of ours, and make it due again after this delay."""
    failed = _IF_LEASED.values(due_at=func.now() + after, error=error)
    await work.connection.execute(failed, _leased(message))


async def rest_after_unknown_send(work: UnitOfWork, message: OrderMessageRow, error: str, least: timedelta) -> None:
    """Make one that may stand in the chat due again after a rest, which is longer each time and at least `least`."""
    rest = max(unknown_send_rest(message.unknown_sends + 1), least)
    changed = {
        "due_at": func.now() + rest,
        "tries": message.tries - 1,
        "error": error,
        "unknown_sends": order_message.c.unknown_sends + 1,
    }
    await work.connection.execute(_IF_LEASED.values(changed), _leased(message))


async def adopt_late_message(work: UnitOfWork, message: OrderMessageRow, message_id: int, digest: str) -> bool:
    """Record the message of a late answer as the one in the chat. Return False when another one is known there.

    The fence rises: a worker that sends the message again closes what it sent.
    """
    changed = {
        "message_id": message_id,
        "sent_hash": digest,
        "sent_revision": message.requested_revision,
        "due_at": due_again(message.requested_revision),
        **SENT,
        **RISEN,
    }
    unknown = (order_message.c.message_id.is_(None), order_message.c.chat_id == message.chat_id)
    statement = update(order_message).where(order_message.c.id == message.id, *unknown).values(changed)
    row = (await work.connection.execute(statement.returning(order_message.c.due_at))).one_or_none()
    if row is not None and row.due_at is not None:
        work.enqueue_after_commit("update_order_message", message.id)
    return row is not None


async def add_former_message(work: UnitOfWork, order_message_id: int, message_id: int) -> None:
    """Have a message closed that stands in the chat beside the one that is kept up to date."""
    changed = {
        "former": func.array_append(order_message.c.former, message_id),
        "due_at": func.coalesce(order_message.c.due_at, func.now()),
    }
    beside = (order_message.c.id == order_message_id, order_message.c.message_id.is_distinct_from(message_id))
    await work.connection.execute(update(order_message).where(*beside).values(changed))
    work.enqueue_after_commit("update_order_message", order_message_id)


async def record_former_closed(work: UnitOfWork, message: OrderMessageRow, message_id: int) -> None:
    """Record that an older message has no buttons any more; due again at once while there is more to do."""
    left = func.array_remove(order_message.c.former, message_id)
    due = due_again(message.requested_revision, left)
    closed = _IF_LEASED.values(former=left, tries=0, postponed=0, error=None, due_at=due)
    await _record_outcome(work, message, closed.returning(order_message.c.due_at), {})


async def redraw_after_late_edit(work: UnitOfWork, message: OrderMessageRow) -> None:
    """Edit the message once more, although its content is the same: an edit that came late may have changed it.

    One that is not the newest of the chat any more is closed once more.
    """
    same = (order_message.c.id == message.id, order_message.c.message_id == message.message_id)
    changed = {
        "sent_hash": None,
        "requested_revision": order_message.c.requested_revision + 1,
        "due_at": func.coalesce(order_message.c.due_at, func.now()),
    }
    if (await work.connection.execute(update(order_message).where(*same).values(changed))).rowcount == 1:
        work.enqueue_after_commit("update_order_message", message.id)
    elif message.message_id is not None:
        await add_former_message(work, message.id, message.message_id)


async def record_order_message_gone(work: UnitOfWork, message: OrderMessageRow) -> None:
    """Make a new message due at once, because the old one is gone from the chat."""
    changed = {"due_at": func.now(), "message_id": None, "sent_hash": None, "error": "message gone"}
    await work.connection.execute(_IF_LEASED.values(changed), _leased(message))
    work.enqueue_after_commit("update_order_message", message.id)


async def give_up_order_message(work: UnitOfWork, message: OrderMessageRow, error: str) -> bool:
    """Stop trying until the next refresh is requested.

    Return False, and change nothing, when another worker has leased the row.
    """
    given_up = _IF_LEASED.values(due_at=None, error=error)
    return (await work.connection.execute(given_up, _leased(message))).rowcount == 1


async def retry_order_message(work: UnitOfWork, subject: str) -> None:
    """Make an order message that was given up due now, with its tries at zero."""
    retried = {
        "due_at": func.now(),
        "tries": 0,
        "postponed": 0,
        "error": None,
        "requested_revision": order_message.c.requested_revision + 1,
        **RISEN,
    }
    given_up = update(order_message).where(order_message.c.id == int(subject), order_message.c.due_at.is_(None))
    await work.connection.execute(given_up.values(retried))
    work.enqueue_after_commit("update_order_message", int(subject))


async def migrate_chat(work: UnitOfWork, old: int, new: int) -> None:
    """Point everything at the new id of a group that became a supergroup.

    Its order messages are sent there as new messages.
    """
    for column in (campus.c.runner_group, campus.c.admin_chat):
        await work.connection.execute(update(campus).where(column == old).values({column: new}))
    there = order_message.alias("there")
    same = select(there.c.id).where(there.c.order_id == order_message.c.order_id, there.c.kind == order_message.c.kind)
    alone = ~same.where(there.c.chat_id == new).exists()
    due = case((order_message.c.due_at.is_not(None), func.now()), else_=null())  # the fence stops a worker's old lease
    moved: dict[str, Any] = {"chat_id": new, "message_id": None, "former": [], "sent_hash": None, "due_at": due}
    old_rows = update(order_message).where(order_message.c.chat_id == old)
    await work.connection.execute(old_rows.where(alone).values(moved | RISEN))
    await work.connection.execute(old_rows.values(due_at=None, **RISEN))
    unsent = notification.c.status.in_((NotificationStatus.DUE, NotificationStatus.SENDING))
    await work.connection.execute(update(notification).where(notification.c.chat_id == old, unsent).values(chat_id=new))


async def _record_outcome(
    work: UnitOfWork, message: OrderMessageRow, statement: ReturningUpdate[Any], changed: Mapping[str, Any]
) -> bool:
    row = (await work.connection.execute(statement, {**_leased(message), **changed})).one_or_none()
    if row is not None and row.due_at is not None:
        work.enqueue_after_commit("update_order_message", message.id)
    return row is not None


def _leased(message: OrderMessageRow) -> dict[str, Any]:
    return {"number": message.id, "leased": message.fence}


def order_message_from_row(row: RowMapping) -> OrderMessageRow:
    plain = {name: row[name] for name in OrderMessageRow.__slots__ if name != "kind"}
    return OrderMessageRow(kind=OrderMessageKind(row["kind"]), **plain)
