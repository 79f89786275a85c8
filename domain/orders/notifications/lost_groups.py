"""What the admins are told about a group in which the bot may not write."""

from datetime import datetime

from domain.campuses.campus import Campus, CampusGroup
from domain.messaging.notification.model import Notification
from domain.messaging.notification.notification_buttons import see_order_button


def group_lost(
    campus: Campus, reader: int | None, group: CampusGroup, why: str, orders: str, count: int, now: datetime
) -> Notification:
    """Tell an admin in private, or the admin chat, in Telegram's words why, and which orders nobody sees."""
    return Notification(
        campus_id=campus.id,
        chat_id=reader,
        name=f"group_lost:{campus.id}:{group}:{now.timestamp()}:{reader}",
        key="notification-runner-group-lost" if group is CampusGroup.RUNNERS else "notification-admin-chat-lost",
        args={"campus": campus.title, "error": why, "count": count, "orders": orders},
    )


def group_regained(campus: Campus, reader: int | None, group: CampusGroup, count: int, now: datetime) -> Notification:
    """Tell that the bot may write there again, and how many open orders are shown by that."""
    return Notification(
        campus_id=campus.id,
        chat_id=reader,
        name=f"group_regained:{campus.id}:{group}:{now.timestamp()}:{reader}",
        key="notification-runner-group-regained"
        if group is CampusGroup.RUNNERS
        else "notification-admin-chat-regained",
        args={"campus": campus.title, "count": count},
    )


def order_unseen(campus: Campus, reader: int | None, order_id: int, since: datetime) -> Notification:
    """Tell of one more order that nobody sees, because it was paid for before the group was lost."""
    return Notification(
        campus_id=campus.id,
        chat_id=reader,
        name=f"unseen:{order_id}:{since.timestamp()}:{reader}",
        key="notification-order-unseen",
        order_id=order_id,
        buttons=[see_order_button(order_id)],
        args={"order": order_id, "campus": campus.title},
    )
