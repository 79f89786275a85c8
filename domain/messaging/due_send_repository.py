"""The messages that are due: fragments from which workers build one statement for what to send now."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, select

from domain.messaging.lane import Lane
from domain.messaging.notification.model import NotificationStatus
from domain.messaging.notification.repository import HAS_EARLIER_UNSENT
from domain.messaging.tables import notification, order_message


def select_due_order_messages(due_before: ColumnElement[datetime], limit: ColumnElement[int]) -> Select[Any]:
    """Select id and due_at of order messages, most overdue first."""
    return (
        select(order_message.c.id, order_message.c.due_at)
        .where(order_message.c.due_at <= due_before)
        .order_by(order_message.c.due_at)
        .limit(limit)
    )


def select_due_notifications(lane: Lane, due_before: ColumnElement[datetime], limit: ColumnElement[int]) -> Select[Any]:
    """Select id and due_at of notifications of a lane, most overdue first.

    Only the first unsent one of each chat in this lane. It may have been postponed, and then those behind it would
    be due earlier and fill the limit.
    """
    return (
        select(notification.c.id, notification.c.due_at)
        .where(
            notification.c.lane == lane,
            notification.c.status == NotificationStatus.DUE,
            notification.c.due_at <= due_before,
            ~HAS_EARLIER_UNSENT,
        )
        .order_by(notification.c.due_at, notification.c.id)
        .limit(limit)
    )


def select_abandoned_notifications(limit: ColumnElement[int]) -> Select[Any]:
    """Select id and due_at of notifications that a worker was sending when it stopped, oldest first."""
    return (
        select(notification.c.id, notification.c.due_at)
        .where(notification.c.status == NotificationStatus.SENDING, notification.c.due_at <= func.now())
        .order_by(notification.c.due_at)
        .limit(limit)
    )


def select_due_order_messages_of_order(order_id: ColumnElement[int]) -> Select[Any]:
    """Select the ids, as text, of the order's messages that are due."""
    return select(cast(order_message.c.id, String)).where(
        order_message.c.order_id == order_id, order_message.c.due_at <= func.now()
    )


def select_due_notifications_of_order(order_id: ColumnElement[int]) -> Select[Any]:
    """Select the ids, as text, of the order's notifications that are due."""
    return select(cast(notification.c.id, String)).where(
        notification.c.order_id == order_id,
        notification.c.status == NotificationStatus.DUE,
        notification.c.due_at <= func.now(),
    )
