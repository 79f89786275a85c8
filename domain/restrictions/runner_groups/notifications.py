"""What is told about the runner group: to admins that somebody could not be removed, to a runner the way back."""

from domain.campuses.campus import Campus
from domain.campuses.people import Member
from domain.messaging.notification.model import ADMIN_CHAT, Notification, NotificationButton
from domain.restrictions.model import GroupRemoval


def removal_failed(removal: GroupRemoval, member: Member, error: str) -> Notification:
    """Tell the admins who is still in the runner group, and in Telegram's words why."""
    return Notification(
        campus_id=removal.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"group_removal:{removal.id}",
        key="notification-removal-failed",
        about=(member.person_id,),
        args={"person": member.first_name, "account": member.telegram_contact, "error": error},
    )


def runner_welcome_again(campus: Campus, person_id: int, cause: str) -> Notification:
    """Tell a runner that they may take jobs here again, with the way into the group; once for each cause."""
    invite = campus.runner_invite
    return Notification(
        campus_id=campus.id,
        chat_id=person_id,
        name=f"welcome_again:{campus.id}:{person_id}:{cause}",
        key="notification-unsuspended",
        buttons=[] if invite is None else [NotificationButton(label="button-join-group", url=invite)],
        args={"campus": campus.title},
    )
