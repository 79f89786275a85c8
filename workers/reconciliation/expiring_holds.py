"""The alert about holds that will expire while their order is in flight."""

from datetime import timedelta

from sqlalchemy import func, select

from domain.campuses.repository import campus_from_row
from domain.campuses.tables import campus
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.notification import ADMIN_CHAT, Notification, NotificationButton
from domain.messaging.outbox_repository import notify
from domain.orders.states import OrderStatus
from domain.orders.tables import orders
from domain.payments.model import HoldPart, HoldStatus
from domain.payments.tables import hold

STATUSES_AFTER_PURCHASE = (OrderStatus.PLACED, OrderStatus.ON_THE_WAY, OrderStatus.ARRIVED, OrderStatus.DELIVERED)
MAX_HOLD_DURATION = timedelta(days=31)  # no bank holds money for longer; a campus may set any margin


async def alert_expiring_holds(work: UnitOfWork) -> None:
    """Notify the admins once of each hold of a purchased order that expires within the margin of its campus."""
    counts = (hold.c.status == HoldStatus.HELD, hold.c.part == HoldPart.CURRENT)
    bought = (*counts, orders.c.status.in_(STATUSES_AFTER_PURCHASE))
    query = (
        select(hold.c.id, hold.c.order_id, hold.c.capture_before, orders.c.campus_id)
        .join(orders, orders.c.id == hold.c.order_id)
        .where(*bought, hold.c.capture_before < func.now() + MAX_HOLD_DURATION)
        .order_by(hold.c.capture_before)
    )
    rows = (await work.connection.execute(query)).mappings().all()
    campuses_query = select(campus).where(campus.c.id.in_({row["campus_id"] for row in rows}))
    campuses = {row["id"]: campus_from_row(row) for row in (await work.connection.execute(campuses_query)).mappings()}
    for row in rows:
        order_campus = campuses[row["campus_id"]]
        if row["capture_before"] - work.now >= order_campus.windows.length("hold_margin"):
            continue
        await notify(
            work,
            Notification(
                campus_id=order_campus.id,
                chat_id=ADMIN_CHAT,
                name=f"hold_dying:{row['id']}",
                key="notification-hold-expiring",
                order_id=row["order_id"],
                buttons=[NotificationButton(label="button-see-order", data=f"v1:admin_order:{row['order_id']}:0")],
                args={
                    "order": row["order_id"],
                    "when": f"{row['capture_before'].astimezone(order_campus.zone):%d.%m. %H:%M}",
                },
            ),
        )
