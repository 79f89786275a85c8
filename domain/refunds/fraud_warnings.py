"""A bank suspects fraud behind a payment: its order's history says so, and the admins decide about a refund."""

from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event, read_order_history
from domain.database.unit_of_work import UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.orders.repository import lock_order
from domain.refunds.notifications import fraud_warned

_EVENT = "fraud_warned"


async def record_fraud_warning(work: UnitOfWork, campus_id: int, order_id: int) -> None:
    """Log the warning and tell the admins, once for an order, however often the bank warns."""
    await lock_order(work, campus_id, order_id)
    if any(each.event == _EVENT for each in await read_order_history(work, campus_id, order_id)):
        return
    await log_event(
        work,
        SYSTEM,
        campus_id=campus_id,
        order_id=order_id,
        subject="order",
        subject_id=order_id,
        happened=_EVENT,
    )
    await notify(work, fraud_warned(campus_id=campus_id, order_id=order_id))
