"""Queries for what is due now, each one statement: of one order, or of all orders for the sweeper."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Integer,
    Interval,
    String,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.database.unit_of_work import QueueJob
from domain.inbox.tables import stripe_event
from domain.messaging.notification import NotificationStatus
from domain.messaging.notification_repository import HAS_EARLIER_UNSENT
from domain.messaging.tables import notification, order_message
from domain.orders.tables import timer
from domain.orders.timers import TimerStatus
from domain.saga.repository import is_saga_due
from domain.saga.tables import saga, saga_signal

_ORDER = bindparam("order", type_=BigInteger())
_OF_ORDER = union_all(
    select(literal("run_saga").label("job"), cast(saga.c.id, String).label("subject")).where(
        saga.c.order_id == _ORDER, is_saga_due()
    ),
    select(literal("update_order_message"), cast(order_message.c.id, String)).where(
        order_message.c.order_id == _ORDER, order_message.c.due_at <= func.now()
    ),
    select(literal("send_notification"), cast(notification.c.id, String)).where(
        notification.c.order_id == _ORDER,
        notification.c.status == NotificationStatus.DUE,
        notification.c.due_at <= func.now(),
    ),
)

_LIMIT, _DUE_BEFORE = bindparam("most", type_=Integer()), func.now() - bindparam("overdue", type_=Interval())
_DUE_SAGAS = union_all(
    select(saga.c.id, saga.c.wake_at).where(saga.c.wake_at <= func.now()).order_by(saga.c.wake_at).limit(_LIMIT),
    select(saga.c.id, func.now())
    .join(saga_signal, saga_signal.c.saga_id == saga.c.id)
    .where(~saga_signal.c.seen, saga.c.wake_at.is_not(None), saga.c.worker.is_(None))
    .limit(_LIMIT),
)
# Sorted as their indexes are. Otherwise a plan might scan the whole table, expecting an early match.
# `set` is no parameter, because a plan for any parameter could not use the index of the timers that are set.
_IS_SET = timer.c.status == literal_column(f"'{TimerStatus.SET}'")
_DUE_TIMER = select(timer.c.id).where(_IS_SET, timer.c.due_at <= func.now()).order_by(timer.c.due_at).limit(1)
_UNHANDLED_EVENT = (
    select(stripe_event.c.id).where(stripe_event.c.handled_at.is_(None)).order_by(stripe_event.c.received_at).limit(1)
)
_SEND_KINDS = ("order_message", "notification", "abandoned")
_DUE_SENDS = union_all(
    select(literal("order_message").label("what"), order_message.c.id, order_message.c.due_at)
    .where(order_message.c.due_at <= _DUE_BEFORE)
    .order_by(order_message.c.due_at)
    .limit(_LIMIT),
    # Only the first unsent one of each chat. It may have been postponed, and then those behind it would be due
    # earlier and fill the limit.
    select(literal("notification"), notification.c.id, notification.c.due_at)
    .where(notification.c.status == NotificationStatus.DUE, notification.c.due_at <= _DUE_BEFORE, ~HAS_EARLIER_UNSENT)
    .order_by(notification.c.due_at, notification.c.id)
    .limit(_LIMIT),
    select(literal("abandoned"), notification.c.id, notification.c.due_at)
    .where(notification.c.status == NotificationStatus.SENDING, notification.c.due_at <= func.now())
    .order_by(notification.c.due_at)
    .limit(_LIMIT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSends:
    """Row ids, most overdue first; `abandoned` are notifications that a worker was sending when it stopped."""

    order_messages: tuple[int, ...] = ()
    notifications: tuple[int, ...] = ()
    abandoned: tuple[int, ...] = ()


async def list_due_sagas(connection: AsyncConnection, limit: int) -> list[UUID]:
    """Return sagas to lease: the due ones, most overdue first, then those asleep with an unseen signal."""
    found = await connection.execute(_DUE_SAGAS, {"most": limit})
    return list(dict.fromkeys(row.id for row in sorted(found, key=lambda row: row.wake_at)))


async def has_due_timer(connection: AsyncConnection) -> bool:
    return (await connection.execute(_DUE_TIMER)).first() is not None


async def has_unhandled_event(connection: AsyncConnection) -> bool:
    return (await connection.execute(_UNHANDLED_EVENT)).first() is not None


async def list_due_sends(connection: AsyncConnection, limit: int, overdue: timedelta = timedelta(0)) -> DueSends:
    """Return what has been due for at least `overdue`, at most `limit` of each kind."""
    found = await connection.execute(_DUE_SENDS, {"most": limit, "overdue": overdue})
    rows = sorted(found, key=lambda row: (row.due_at, row.id))
    order_messages, notifications, abandoned = (
        tuple(row.id for row in rows if row.what == what) for what in _SEND_KINDS
    )
    return DueSends(order_messages=order_messages, notifications=notifications, abandoned=abandoned)


async def list_due_jobs_of_order(connection: AsyncConnection, order_id: int) -> list[QueueJob]:
    """Return a queue job for each due saga, order message and notification of this order."""
    rows = await connection.execute(_OF_ORDER, {"order": order_id})
    return [QueueJob(row.job, row.subject, order_id) for row in rows]
