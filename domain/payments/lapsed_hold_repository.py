"""A hold that lapsed at Stripe while its order goes on: nothing changes, but the admins are told."""

from sqlalchemy import select

from domain.database.unit_of_work import UnitOfWork
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification import ADMIN_CHAT, Notification, NotificationButton
from domain.messaging.outbox_repository import notify
from domain.orders.states import STATUSES_WITH_RUNNER
from domain.orders.tables import orders
from domain.payments.model import HoldPart, HoldStatus
from domain.payments.tables import hold


async def tell_hold_lapsed(work: UnitOfWork, payment_intent: str) -> bool:
    """Tell the admins once if this is the current hold of an order with a runner. Return whether it is."""
    query = (
        select(hold.c.id, hold.c.order_id, orders.c.campus_id)
        .join(orders, orders.c.id == hold.c.order_id)
        .where(hold.c.payment_intent == payment_intent, hold.c.status == HoldStatus.HELD)
        .where(orders.c.status.in_(STATUSES_WITH_RUNNER), hold.c.part == HoldPart.CURRENT)
    )
    row = (await work.connection.execute(query)).one_or_none()
    if row is None:
        return False
    await notify(
        work,
        Notification(
            campus_id=row.campus_id,
            chat_id=ADMIN_CHAT,
            name=f"hold_lapsed:{row.id}",
            key="notification-hold-lapsed",
            order_id=row.order_id,
            buttons=[NotificationButton(label="button-see-order", data=pack(Tap.ADMIN_ORDER, row.order_id))],
            args={"order": row.order_id},
        ),
    )
    return True
