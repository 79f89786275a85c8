"""The messages that are due: fragments of one statement for all, and the order messages of an order, sent together."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    Text,
    all_,
    bindparam,
    cast,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.database.unit_of_work import UnitOfWork
from domain.messaging.lane import Lane
from domain.messaging.notification.model import NotificationStatus
from domain.messaging.notification.repository import HAS_EARLIER_UNSENT
from domain.messaging.order_message_repository import (
    RISEN,
    SENT,
    TAKE_LEASE,
    OrderMessageRow,
    due_again,
    order_message_from_row,
)
from domain.messaging.tables import notification, order_message

MESSAGES_OF_AN_ORDER = 3  # the customer's, the runner's, the group's

_DUE_OF_ORDER = (
    select(order_message.c.id)
    .where(order_message.c.order_id == bindparam("number"), order_message.c.due_at <= func.now())
    .with_for_update(skip_locked=True)
)
_LEASE_OF_ORDER = TAKE_LEASE.where(order_message.c.id.in_(_DUE_OF_ORDER))
_BESIDE = order_message.alias("beside")
_SAME_ORDER = select(_BESIDE.c.order_id).where(_BESIDE.c.id == bindparam("number")).scalar_subquery()
_DUE_BESIDE = (
    select(order_message.c.id)
    .where(order_message.c.order_id == _SAME_ORDER, order_message.c.due_at <= func.now())
    .with_for_update(skip_locked=True)
)
_LEASE_BESIDE = TAKE_LEASE.where(order_message.c.id.in_(_DUE_BESIDE))
_SENDS = (
    func.unnest(
        bindparam("ids", type_=ARRAY(BigInteger())),
        bindparam("fences", type_=ARRAY(Integer())),
        bindparam("revisions", type_=ARRAY(Integer())),
        bindparam("message_ids", type_=ARRAY(BigInteger())),
        bindparam("digests", type_=ARRAY(Text())),
    )
    .table_valued("id", "fence", "revision", "message_id", "digest", name="sends")
    .render_derived()
)
_OF_ORDER = order_message.c.order_id == bindparam("this_order", type_=BigInteger())
_FREE = select(order_message.c.id).where(_OF_ORDER).with_for_update(skip_locked=True)
_RECORD_SENT_TOGETHER = (
    update(order_message)
    .where(
        _OF_ORDER,
        order_message.c.id == _SENDS.c.id,
        order_message.c.fence == _SENDS.c.fence,
        order_message.c.id.in_(_FREE),
    )
    .values(
        message_id=_SENDS.c.message_id,
        sent_hash=_SENDS.c.digest,
        sent_revision=_SENDS.c.revision,
        due_at=due_again(_SENDS.c.revision),
        **SENT,
        **RISEN,
    )
    .returning(order_message.c.id, order_message.c.due_at)
)


LeaseOrderMessages = Callable[[AsyncConnection], Awaitable[Sequence[OrderMessageRow]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOrderMessage:
    """An order message that stands in its chat with this content."""

    message: OrderMessageRow
    message_id: int | None
    digest: str


def select_due_order_messages(
    due_before: ColumnElement[datetime], limit: ColumnElement[int], full: ColumnElement[Sequence[int]]
) -> Select[Any]:
    """Select id, campus_id and due_at of one order message of each order that has some, most overdue first.

    Those of the campuses in `full` are left out. It reads the most overdue messages from the index, as many as `limit`
    orders mostly have. A backlog costs no more, but that of a campus in `full` does.
    """
    oldest = (
        select(order_message.c.id, order_message.c.campus_id, order_message.c.order_id, order_message.c.due_at)
        .where(order_message.c.due_at <= due_before, order_message.c.campus_id != all_(full))
        .order_by(order_message.c.due_at)
        .limit(limit * MESSAGES_OF_AN_ORDER)
        .subquery("oldest")
    )
    first_due = func.min(oldest.c.due_at)
    return (
        select(func.min(oldest.c.id).label("id"), oldest.c.campus_id, first_due.label("due_at"))
        .group_by(oldest.c.order_id, oldest.c.campus_id)
        .order_by(first_due)
        .limit(limit)
    )


def select_due_notifications(
    lane: Lane, due_before: ColumnElement[datetime], limit: ColumnElement[int], full: ColumnElement[Sequence[int]]
) -> Select[Any]:
    """Select id, campus_id and due_at of notifications of a lane, most overdue first; none of the campuses in `full`.

    Only the first unsent one of each chat in this lane. It may have been postponed, and then those behind it would
    be due earlier and fill the limit.
    """
    return (
        select(notification.c.id, notification.c.campus_id, notification.c.due_at)
        .where(
            notification.c.lane == lane,
            notification.c.status == NotificationStatus.DUE,
            notification.c.due_at <= due_before,
            notification.c.campus_id != all_(full),
            ~HAS_EARLIER_UNSENT,
        )
        .order_by(notification.c.due_at, notification.c.id)
        .limit(limit)
    )


def select_abandoned_notifications(limit: ColumnElement[int]) -> Select[Any]:
    """Select id, campus_id and due_at of notifications that a worker was sending when it stopped, oldest first."""
    return (
        select(notification.c.id, notification.c.campus_id, notification.c.due_at)
        .where(notification.c.status == NotificationStatus.SENDING, notification.c.due_at <= func.now())
        .order_by(notification.c.due_at)
        .limit(limit)
    )


def select_order_with_due_messages(order_id: ColumnElement[int]) -> Select[Any]:
    """Select the order's id, as text, if one of its order messages is due."""
    due = select(order_message.c.id).where(order_message.c.order_id == order_id, order_message.c.due_at <= func.now())
    return select(cast(order_id, String)).where(due.exists())


def select_due_notifications_of_order(order_id: ColumnElement[int]) -> Select[Any]:
    """Select the ids, as text, of the order's notifications that are due."""
    return select(cast(notification.c.id, String)).where(
        notification.c.order_id == order_id,
        notification.c.status == NotificationStatus.DUE,
        notification.c.due_at <= func.now(),
    )


async def lease_order_messages_of(connection: AsyncConnection, order_id: int) -> Sequence[OrderMessageRow]:
    """Lease the due order messages of an order, without those that another worker has."""
    rows = (await connection.execute(_LEASE_OF_ORDER, {"number": order_id})).mappings()
    return [order_message_from_row(row) for row in rows]


async def lease_order_messages_beside(connection: AsyncConnection, order_message_id: int) -> Sequence[OrderMessageRow]:
    """Lease an order message and the others of its order, as far as they are due and no other worker has them."""
    rows = (await connection.execute(_LEASE_BESIDE, {"number": order_message_id})).mappings()
    return [order_message_from_row(row) for row in rows]


async def record_order_messages_sent(work: UnitOfWork, sent: Sequence[SentOrderMessage]) -> frozenset[int]:
    """Record several of one order as `record_order_message_sent` does, in one statement; return the ids of these.

    It waits for no lock: one that a tap refreshes right now is not recorded, and the caller records it alone.
    """
    values = {
        "this_order": sent[0].message.order_id,
        "ids": [each.message.id for each in sent],
        "fences": [each.message.fence for each in sent],
        "revisions": [each.message.requested_revision for each in sent],
        "message_ids": [each.message_id for each in sent],
        "digests": [each.digest for each in sent],
    }
    rows = (await work.connection.execute(_RECORD_SENT_TOGETHER, values)).all()
    for row in rows:
        if row.due_at is not None:
            work.enqueue_after_commit("update_order_message", row.id)
    return frozenset(row.id for row in rows)
