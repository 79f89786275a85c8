"""Holds that will lapse while their order is under way: the admins are told once, while there is time."""

from datetime import timedelta

from sqlalchemy import func, select

from domain.order import OrderStatus
from domain.payment import HoldPart, HoldStatus
from domain.store.messages import tell_admins
from domain.store.rows import campus_from
from domain.store.schema import campus, hold, orders
from domain.store.unit_of_work import UnitOfWork

BOUGHT = (OrderStatus.PLACED, OrderStatus.ON_THE_WAY, OrderStatus.ARRIVED, OrderStatus.DELIVERED)
LONGEST = timedelta(days=31)  # no bank holds money for longer, whatever margin a campus sets


async def watch_holds(work: UnitOfWork) -> None:
    """Tell of each live hold, from the purchase on, that lapses within its campus' margin."""
    counts = (hold.c.status == HoldStatus.HELD, hold.c.part == HoldPart.CURRENT)
    bought = (*counts, orders.c.status.in_(BOUGHT))
    query = (
        select(hold.c.id, hold.c.order_id, hold.c.capture_before, orders.c.campus_id)
        .join(orders, orders.c.id == hold.c.order_id)
        .where(*bought, hold.c.capture_before < func.now() + LONGEST)
        .order_by(hold.c.capture_before)
    )
    rows = (await work.connection.execute(query)).mappings().all()
    here = select(campus).where(campus.c.id.in_({row["campus_id"] for row in rows}))
    campuses = {row["id"]: campus_from(row) for row in (await work.connection.execute(here)).mappings()}
    for row in rows:
        place = campuses[row["campus_id"]]
        if row["capture_before"] - work.now >= place.windows.length("hold_margin"):
            continue
        await tell_admins(
            work,
            campus_id=place.id,
            name=f"hold_dying:{row['id']}",
            key="push-hold-dying",
            order_id=row["order_id"],
            buttons=[{"key": "button-see-order", "data": f"v1:admin_order:{row['order_id']}:0"}],
            words={"order": row["order_id"], "when": f"{row['capture_before'].astimezone(place.zone):%d.%m. %H:%M}"},
        )
