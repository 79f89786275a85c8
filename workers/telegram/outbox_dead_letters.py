"""The dead letters of the outbox: messages that cannot be rendered or sent, kept for an admin to see."""

from domain.database.unit_of_work import UnitOfWork
from domain.inbox.dead_letter import DeadLetterKind, FailedItem
from domain.inbox.dead_letter_repository import add_dead_letter
from domain.messaging.notification.repository import NotificationRow
from domain.messaging.order_message_repository import OrderMessageRow


async def add_order_message_dead_letter(work: UnitOfWork, order_message: OrderMessageRow, error: str) -> None:
    """Add an order message that failed too often; the next update of it is sent again by itself."""
    failed_item = FailedItem(
        kind=DeadLetterKind.ORDER_MESSAGE,
        subject=str(order_message.id),
        campus_id=order_message.campus_id,
        order_id=order_message.order_id,
        shown=f"{order_message.kind} {order_message.chat_id}",
        tries=order_message.tries,
        error=error,
    )
    await add_dead_letter(work, failed_item)


async def add_notification_dead_letter(work: UnitOfWork, notification: NotificationRow, error: str) -> None:
    """Add a notification that failed too often, with its key and chat, and without its text."""
    failed_item = FailedItem(
        kind=DeadLetterKind.NOTIFICATION,
        subject=str(notification.id),
        campus_id=notification.campus_id,
        order_id=notification.order_id,
        shown=f"{notification.key} {notification.chat_id}",
        tries=max(notification.tries, 1),
        error=error,
    )
    await add_dead_letter(work, failed_item)
