"""Messages that can't be drawn or sent as they are: parked, so that an admin sees them and nothing waits for them."""

from domain.dead_letter import DeadLetterKind, FailedItem
from domain.store.dead_letter_repository import add_dead_letter
from domain.store.notification_repository import NotificationRow
from domain.store.order_message_repository import OrderMessageRow
from domain.store.unit_of_work import UnitOfWork


async def add_order_message_dead_letter(work: UnitOfWork, order_message: OrderMessageRow, error: str) -> None:
    """A card that failed for the last time; it comes again by itself when somebody wants it drawn."""
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
    """A message that failed for the last time: its key and its chat, never its words."""
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
