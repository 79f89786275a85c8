"""What waits for a group in which the bot may not write, or for a bot that Telegram refuses, and is sent then."""

from sqlalchemy import func, true, update

from domain.database.unit_of_work import UnitOfWork
from domain.messaging.notification.model import NotificationStatus
from domain.messaging.order_message_repository import LEASE_TTL
from domain.messaging.tables import notification, order_message
from domain.settings.timeouts import Timeout

LOST_GROUP_REST = Timeout.LOST_GROUP_REST.delta  # longer than a lease: so what rests is told from what is being sent


async def make_waiting_messages_due(work: UnitOfWork, campus_id: int, chat_id: int | None = None) -> None:
    """Make due what rests, of a chat or of all; what is being sent now is left alone."""
    resting = update(order_message).where(
        order_message.c.campus_id == campus_id,
        true() if chat_id is None else order_message.c.chat_id == chat_id,
        order_message.c.due_at > func.now() + LEASE_TTL,
    )
    await work.connection.execute(resting.values(due_at=func.now()))
    waiting = update(notification).where(
        notification.c.campus_id == campus_id,
        true() if chat_id is None else notification.c.chat_id == chat_id,
        notification.c.status == NotificationStatus.DUE,
        notification.c.due_at > func.now(),
    )
    await work.connection.execute(waiting.values(due_at=func.now()))
