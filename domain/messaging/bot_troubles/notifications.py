"""What the admins of a campus are told about the troubles of its bot."""

from datetime import datetime
from hashlib import sha256

from domain.campuses.campus import Campus
from domain.messaging.notification.model import ADMIN_CHAT, Notification


def token_refused(campus: Campus, reader: int, through: int, why: str, now: datetime) -> Notification:
    """Tell an admin through the bot of another campus that Telegram refuses theirs, in Telegram's words."""
    return Notification(
        campus_id=through,
        chat_id=reader,
        name=f"token_refused:{campus.id}:{now.timestamp()}:{reader}",
        key="notification-token-refused",
        args={"campus": campus.title, "error": why, "variable": f"TELEGRAM_BOT_TOKEN_{campus.name.upper()}"},
    )


def token_accepted(campus: Campus, reader: int, count: int, now: datetime) -> Notification:
    """Tell an admin that Telegram takes the bot's token again, and how many messages waited."""
    return Notification(
        campus_id=campus.id,
        chat_id=reader,
        name=f"token_accepted:{campus.id}:{now.timestamp()}:{reader}",
        key="notification-token-accepted",
        args={"campus": campus.title, "count": count},
    )


def webhook_fails(campus: Campus, reader: int, why: str, now: datetime) -> Notification:
    """Tell an admin that Telegram does not reach us, in Telegram's words."""
    return Notification(
        campus_id=campus.id,
        chat_id=reader,
        name=f"webhook_fails:{campus.id}:{now.timestamp()}:{reader}",
        key="notification-webhook-fails",
        args={"campus": campus.title, "error": why},
    )


def webhook_works(campus: Campus, reader: int, now: datetime) -> Notification:
    """Tell an admin that Telegram reaches us again."""
    return Notification(
        campus_id=campus.id,
        chat_id=reader,
        name=f"webhook_works:{campus.id}:{now.timestamp()}:{reader}",
        key="notification-webhook-works",
        args={"campus": campus.title},
    )


def buttons_refused(campus_id: int, why: str, now: datetime) -> Notification:
    """Tell the admins in Telegram's words why it refused buttons: once a day for the same ones."""
    cause = sha256(why.encode()).hexdigest()[:16]
    return Notification(
        campus_id=campus_id,
        chat_id=ADMIN_CHAT,
        name=f"buttons_refused:{campus_id}:{cause}:{now:%Y%m%d}",
        key="notification-buttons-refused",
        args={"error": why},
    )
