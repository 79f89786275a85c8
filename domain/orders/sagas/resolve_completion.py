"""The saga of a delivered order whose completion an admin resolved by hand: what was not taken, the customer owes."""

from dataclasses import replace

from domain.orders.sagas.complete_order import CompleteOrderData
from domain.orders.states import Order
from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga
from domain.saga.run import SagaStart

RESOLVED_BY_HAND = "resolved_by_hand"  # why a charge is given up: the refusal of the hold and of the customer's debt

RESOLVE_COMPLETION = Saga(
    kind="resolve_completion",
    data=CompleteOrderData,
    steps=(
        Pivot(),
        ExternalStep(name="end_uncaptured_hold"),  # released; what Stripe took after all is recorded as captured
        LocalStep(name="complete_order"),  # ledger, payable or customer debt, COMPLETED, pay_out_runner
    ),
)


def build_completion_resolution_start(
    order: Order, completion: CompleteOrderData, *, admin_id: int, reason: str
) -> SagaStart:
    """Return the saga that brings the books of an order to their end after its stuck completion was resolved."""
    return SagaStart(
        kind=RESOLVE_COMPLETION.kind,
        name=f"{RESOLVE_COMPLETION.kind}:{order.id}",
        campus_id=order.campus_id,
        order_id=order.id,
        person_id=order.runner_id,
        data=replace(completion, admin=admin_id, reason=reason),
    )
