"""The check of advances: what a person at Stripe captured before its order was completed."""

from collections import defaultdict
from collections.abc import Set

from domain.orders.states import FINAL_ORDER_STATUSES, OrderStatus
from domain.payments.model import HoldPart
from domain.refunds.model import LIVE_REFUNDS, DisputeStatus
from workers.audit.snapshot import AuditSnapshot


def find_kept_advances(snapshot: AuditSnapshot, settled: Set[int]) -> list[str]:
    """Find advances of orders that are over of which more was kept than the order cost."""
    over = {order.id for order in snapshot.orders if order.status in FINAL_ORDER_STATUSES} & settled
    totals = {order.id: order.total or 0 for order in snapshot.orders if order.status is OrderStatus.COMPLETED}
    back: dict[str | None, int] = defaultdict(int)
    for refund in snapshot.refund_rows:
        back[refund.payment_intent] += refund.amount if refund.status in LIVE_REFUNDS else 0
    disputed: dict[int, int] = defaultdict(int)
    for dispute in snapshot.disputes:
        disputed[dispute.order_id] += 0 if dispute.status is DisputeStatus.WON else dispute.withdrawn
    breaches = []
    for hold in snapshot.holds:
        is_current = hold.part is HoldPart.CURRENT
        if not hold.is_advance or hold.order_id not in (over if is_current else settled):
            continue
        due = totals.get(hold.order_id, 0) if is_current else 0
        kept = hold.captured - back[hold.payment_intent] - disputed[hold.order_id]
        if kept > due:
            breaches.append(f"order {hold.order_id}: {kept} of an advance are kept, {due} are due")
    return breaches
