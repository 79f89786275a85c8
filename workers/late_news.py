"""What Stripe tells of money that moved long ago: which saga looks for itself what became of it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select

from domain.payment import RefundStatus
from domain.store.runs import Start
from domain.store.schema import hold, orders, refund
from domain.store.unit_of_work import UnitOfWork

FAILED = ("failed", "canceled")  # Stripe's words for a refund that came back


async def saga_for(work: UnitOfWork, event_id: str, found: Mapping[str, Any]) -> Start | None:
    """The saga to start for this object; None when it is nothing of ours, or says nothing new."""
    match found.get("object"):
        case "refund":
            return await _for_refund(work, event_id, found)
        case "dispute":
            return await _for_dispute(work, event_id, found)
        case _:
            return None


async def _for_refund(work: UnitOfWork, event_id: str, found: Mapping[str, Any]) -> Start | None:
    query = select(refund).where(refund.c.refund == str(found.get("id")))
    row = (await work.connection.execute(query)).mappings().one_or_none()
    if row is None or row["status"] == RefundStatus.FAILED:
        return None
    if found.get("status") not in FAILED and row["status"] == RefundStatus.SUCCEEDED:
        return None
    return Start(
        kind="check_refund",
        name=f"check_refund:{row['id']}:{event_id}",
        campus_id=row["campus_id"],
        order_id=row["order_id"],
        data={"refund_row": row["id"]},
    )


async def _for_dispute(work: UnitOfWork, event_id: str, found: Mapping[str, Any]) -> Start | None:
    paid = or_(hold.c.payment_intent == str(found.get("payment_intent")), hold.c.charge == str(found.get("charge")))
    query = select(orders.c.id, orders.c.campus_id).join(hold, hold.c.order_id == orders.c.id).where(paid).limit(1)
    row = (await work.connection.execute(query)).one_or_none()
    if row is None:
        return None
    return Start(
        kind="follow_dispute",
        name=f"follow_dispute:{found['id']}:{event_id}",
        campus_id=row.campus_id,
        order_id=row.id,
        data={"dispute": str(found["id"])},
    )
