"""The notifications about acts of admins."""

from datetime import datetime

from domain.campuses.own_acts.subjects import ActSubject
from domain.campuses.people import Member
from domain.messaging.admin_acts.acts import AdminAct
from domain.messaging.notification.model import ADMIN_CHAT, Notification


def admin_acted(
    campus_id: int, admin: Member, act: AdminAct, subject: ActSubject, reason: str | None, now: datetime
) -> Notification:
    """Tell the admin chat in one line who did what about whom, and why."""
    return Notification(
        campus_id=campus_id,
        chat_id=ADMIN_CHAT,
        name=f"admin_act:{campus_id}:{act}:{subject.name}:{now.timestamp()}",
        key="notification-admin-act",
        order_id=subject.order_id,
        about=sorted(subject.sides or subject.concerned),
        silent=not subject.is_own(admin.person_id),
        args=_args(admin, act, subject, reason),
    )


def own_act_done(
    campus_id: int,
    reader_id: int,
    admin: Member,
    act: AdminAct,
    subject: ActSubject,
    reason: str | None,
    now: datetime,
) -> Notification:
    """Tell the other side of an order what the only admin did about an order of their own."""
    return Notification(
        campus_id=campus_id,
        chat_id=reader_id,
        name=f"own_act:{campus_id}:{act}:{subject.name}:{reader_id}:{now.timestamp()}",
        key="notification-own-act",
        order_id=subject.order_id,
        args=_args(admin, act, subject, reason),
    )


def _args(admin: Member, act: AdminAct, subject: ActSubject, reason: str | None) -> dict[str, str | int]:
    return {
        "admin": admin.first_name,
        "act": act,
        "about": subject.label,
        "reason": reason or "-",
        "own": "yes" if subject.is_own(admin.person_id) else "no",
    }
