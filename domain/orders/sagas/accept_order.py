"""The saga of a runner's claim: one guarded UPDATE assigns the order, then Stripe confirms the hold."""

from domain.orders.states import Order
from domain.saga.definition import ExternalStep, LocalStep, Saga
from domain.saga.run import SagaStart

ACCEPT_ORDER = Saga(
    kind="accept_order",
    steps=(
        # In the bot's transaction. The compensation changes the order only while it has this claim.
        LocalStep(name="claim_order", compensation="give_back_order"),
        ExternalStep(
            name="check_hold",
            compensation="close_order_without_hold",
            compensation_is_external=False,
            window="hold_check",
        ),
    ),
)


def build_claim_start(order: Order, *, runner_id: int) -> SagaStart:
    """Return the saga that claims the order for this runner. Two taps on one version of the order start one saga."""
    return SagaStart(
        kind=ACCEPT_ORDER.kind,
        name=f"{ACCEPT_ORDER.kind}:{order.id}:{runner_id}:{order.version}",
        campus_id=order.campus_id,
        order_id=order.id,
        person_id=runner_id,
    )
