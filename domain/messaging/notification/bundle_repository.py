"""Notifications that leave in one message: found behind the first, and leased together with it or not at all."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import exists, func, select, tuple_, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.messaging.notification.model import NotificationEvent, NotificationStatus, status_after
from domain.messaging.notification.repository import LEASE_TTL, NotificationRow, notification_from_row
from domain.messaging.tables import notification


async def list_waiting_about_order(
    connection: AsyncConnection, first: NotificationRow, limit: int
) -> Sequence[NotificationRow]:
    """Return what waits behind this one in its lane of its chat, about the same order, in the order of writing."""
    query = (
        select(notification)
        .where(
            notification.c.chat_id == first.chat_id,
            notification.c.campus_id == first.campus_id,
            notification.c.lane == first.lane,
            notification.c.order_id == first.order_id,
            notification.c.id > first.id,
            notification.c.due_at.is_not(None),
        )
        .order_by(notification.c.id)
        .limit(limit)
    )
    return [notification_from_row(row) for row in (await connection.execute(query)).mappings()]


async def lease_bundle(
    connection: AsyncConnection, first: NotificationRow, others: Sequence[NotificationRow]
) -> list[NotificationRow]:
    """Lease the first, and with it those of the others that nobody has changed since (`tries` stay as found).

    Return those that are leased, in their order; none when the first is not to be had.
    """
    is_due = notification.c.status == NotificationStatus.DUE
    head = (
        select(notification.c.id)
        .where(notification.c.id == first.id, notification.c.fence == first.fence, is_due)
        .with_for_update(skip_locked=True)
        .cte("head")
    )
    known = [(each.id, each.fence) for each in others]
    rest = (
        select(notification.c.id)
        .where(tuple_(notification.c.id, notification.c.fence).in_(known), is_due, exists(select(head.c.id)))
        .with_for_update(skip_locked=True)
        .cte("rest")
    )
    statement = (
        update(notification)
        .where(notification.c.id.in_(union_all(select(head.c.id), select(rest.c.id))))
        .values(
            status=status_after(NotificationEvent.LEASED),
            due_at=func.now() + LEASE_TTL,
            tries=notification.c.tries + 1,
            fence=notification.c.fence + 1,
        )
        .returning(notification.c.id)
    )
    leased = set((await connection.execute(statement)).scalars())
    return [
        replace(each, status=NotificationStatus.SENDING, fence=each.fence + 1)
        for each in (first, *others)
        if each.id in leased
    ]
