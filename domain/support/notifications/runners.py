"""What is told about the runners of a campus: applicants to the admins, decisions to the person."""

from datetime import datetime

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification.model import ADMIN_CHAT, Notification, NotificationButton
from domain.messaging.notification.notification_buttons import set_up_payout_button


def runner_applied(campus: Campus, member: Member) -> Notification:
    """Tell the admins who asks to become a runner."""
    return Notification(
        campus_id=campus.id,
        chat_id=ADMIN_CHAT,
        name=f"asks_to_run:{campus.id}:{member.person_id}",
        key="notification-asks-to-run",
        about=(member.person_id,),
        buttons=[NotificationButton(label="button-approve", data=pack(Tap.APPROVE, member.person_id))],
        args={"person": member.first_name, "account": member.telegram_contact},
    )


def runner_approved(campus: Campus, person_id: int) -> Notification:
    """Tell a new runner where the others are, and how they are paid."""
    invite = campus.runner_invite
    join = [] if invite is None else [NotificationButton(label="button-join-group", url=invite)]
    return Notification(
        campus_id=campus.id,
        chat_id=person_id,
        name=f"approved:{campus.id}:{person_id}",
        key="notification-approved",
        buttons=[*join, set_up_payout_button()],
        args={"campus": campus.title},
    )


def runner_suspended(campus: Campus, person_id: int, reason: str, now: datetime) -> Notification:
    """Tell a runner why they may not claim orders any more."""
    return Notification(
        campus_id=campus.id,
        chat_id=person_id,
        name=f"suspended:{campus.id}:{person_id}:{now.timestamp()}",
        key="notification-suspended",
        args={"reason": reason},
    )
