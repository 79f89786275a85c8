"""What the groups of a campus are told when an admin binds another one."""

from datetime import datetime

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.messaging.notification.model import ADMIN_CHAT, Notification


def chat_bound(campus: Campus, admin: Member, now: datetime, *, chat_id: int, title: str, admins: bool) -> Notification:
    """Tell the admin chat, as it was before, who bound which group."""
    return Notification(
        campus_id=campus.id,
        chat_id=ADMIN_CHAT,
        name=f"bound:{campus.id}:{chat_id}:{now.timestamp()}",
        key="notification-admin-chat-bound" if admins else "notification-runner-group-bound",
        args={
            "admin": admin.first_name,
            "account": admin.telegram_contact,
            "chat": title,
            "number": chat_id,
            "campus": campus.title,
        },
    )


def chat_unbound(campus: Campus, former: int, admin: Member, now: datetime) -> Notification:
    """Tell the former runner group who moved its jobs."""
    return Notification(
        campus_id=campus.id,
        chat_id=former,
        name=f"unbound:{campus.id}:{former}:{now.timestamp()}",
        key="notification-runner-group-left",
        args={"admin": admin.first_name, "campus": campus.title},
    )
