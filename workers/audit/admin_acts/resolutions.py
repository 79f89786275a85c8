"""The checks of what was resolved by hand: each returns a sentence for each breach in the snapshot."""

from collections.abc import Set

from domain.orders.sagas.complete_order import COMPLETE_ORDER
from domain.orders.sagas.resolve_completion import RESOLVE_COMPLETION
from domain.orders.states import OrderStatus
from domain.payments.model import HoldStatus
from domain.payouts.model import PayoutStatus
from domain.refunds.model import RefundStatus
from domain.saga.definition import SagaStatus
from workers.audit.snapshot import AuditSnapshot

COMPLETIONS = (COMPLETE_ORDER.kind, RESOLVE_COMPLETION.kind)
_GIVEN_UP = (SagaStatus.RESOLVED, SagaStatus.COMPENSATED)
_MOVING_HOLDS = (HoldStatus.REQUESTED, HoldStatus.APPROVAL)
_MOVING_REFUNDS = (RefundStatus.REQUESTED, RefundStatus.PENDING)


def find_deliveries_without_completion(snapshot: AuditSnapshot) -> list[str]:
    """Find delivered orders whose money no saga moves: nobody pays, and nobody is told."""
    completed = {saga.order_id for saga in snapshot.sagas if saga.kind in COMPLETIONS and saga.status not in _GIVEN_UP}
    return [
        f"order {order.id} is delivered, and no saga completes it"
        for order in snapshot.orders
        if order.status is OrderStatus.DELIVERED and order.id not in completed
    ]


def find_half_done_rows(snapshot: AuditSnapshot, settled: Set[int]) -> list[str]:
    """Find rows that stand between two steps of a saga, of orders without one: each needs an end, or who bears it."""
    resolved = {saga.order_id: saga.number for saga in snapshot.sagas if saga.status is SagaStatus.RESOLVED}
    found = [
        (order.id, "the order is being placed")
        for order in snapshot.orders
        if order.status is OrderStatus.PENDING and order.id in settled
    ]
    found += [
        (hold.order_id, f"hold {hold.id} is {hold.status}")
        for hold in snapshot.holds
        if hold.status in _MOVING_HOLDS and hold.order_id in settled
    ]
    found += [
        (payable.order_id, f"the pay-out of {payable.due} is being sent")
        for payable in snapshot.payables
        if payable.status is PayoutStatus.SENDING and payable.order_id in settled
    ]
    found += [
        (refund.order_id, f"refund {refund.id} is {refund.status}")
        for refund in snapshot.refund_rows
        if refund.status in _MOVING_REFUNDS and refund.order_id in settled
    ]
    return [
        f"order {order_id}: {what}, and no saga goes on"
        + (f" since saga {resolved[order_id]} was resolved by hand" if order_id in resolved else "")
        for order_id, what in found
    ]
