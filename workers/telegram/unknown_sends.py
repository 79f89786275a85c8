"""What follows when a notification is not sent, or nobody knows: it is told in another way, or to an admin."""

from domain.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.inbox.dead_letter import DeadLetterKind, FailedItem
from domain.inbox.dead_letter_repository import add_dead_letter
from domain.messaging.notification.fallback import SHOWN_BY_ORDER_MESSAGE
from domain.messaging.notification.repository import (
    NotificationRow,
    record_notification_abandoned,
    record_notification_outcome_unknown,
)
from domain.messaging.outbox_repository import resend_existing_order_message
from domain.settings.logs import get_logger
from domain.support.notifications.messages import RELAY_KEYS
from domain.support.use_cases.relay import tell_relay_outcome_unknown

WORKER_GONE = "its worker was gone while sending"

log = get_logger(__name__)


async def record_abandoned_send(database: UnitOfWorkFactory, notification_id: int) -> None:
    """Record the unknown outcome of a notification whose worker died while sending; nothing if another has done so."""
    async with database() as work:
        notification = await record_notification_abandoned(work, notification_id, WORKER_GONE)
        if notification is not None:
            await _follow_up(work, notification, WORKER_GONE)


async def record_unknown_send(work: UnitOfWork, message: NotificationRow, error: str) -> None:
    """Record the unknown outcome of a send without an answer; nothing when it was recorded as abandoned meanwhile."""
    notification = await record_notification_outcome_unknown(work, message, error)
    if notification is not None:
        await _follow_up(work, notification, error)


async def _follow_up(work: UnitOfWork, notification: NotificationRow, error: str) -> None:
    """Tell the content in another way, in the transaction that records the unknown outcome.

    When the order message says the same, it is sent anew. The author of a relayed message is told that it may not have
    arrived. Every other notification becomes a dead letter, which an admin sends again or drops.
    """
    log.warning("notification_outcome_unknown", notification=notification.id, key=notification.key, error=error)
    if not await _reaches_reader_otherwise(work, notification):
        await add_notification_dead_letter(work, notification, error)


async def _reaches_reader_otherwise(work: UnitOfWork, notification: NotificationRow) -> bool:
    if notification.order_id is None or notification.chat_id < 0:
        return False
    if notification.key in RELAY_KEYS:
        return await tell_relay_outcome_unknown(work, notification.id)
    return notification.key in SHOWN_BY_ORDER_MESSAGE and await resend_existing_order_message(
        work, notification.order_id, notification.chat_id
    )


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
