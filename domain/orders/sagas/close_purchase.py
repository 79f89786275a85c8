"""The saga of food that was bought and will not arrive: an admin says who pays, and the hold is released."""

from dataclasses import dataclass

from domain.orders.states import Bearer, Order
from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class ClosePurchaseData:
    """Who bears the food, and the admin's reason."""

    borne_by: Bearer
    reason: str


CLOSE_PURCHASE = Saga(
    kind="close_purchase",
    data=ClosePurchaseData,
    steps=(
        # PLACED, ON_THE_WAY or ARRIVED -> CANCELLED, and the runner's claim on the platform is booked: in the
        # bot's transaction.
        LocalStep(name="close_purchase"),
        Pivot(),
        ExternalStep(name="release_hold"),
        LocalStep(name="tell_released"),
    ),
)


def build_purchase_closing_start(order: Order, *, admin_id: int, borne_by: Bearer, reason: str) -> SagaStart:
    """Return the saga that ends a bought order which will not arrive."""
    return SagaStart(
        kind=CLOSE_PURCHASE.kind,
        name=f"{CLOSE_PURCHASE.kind}:{order.id}",
        campus_id=order.campus_id,
        order_id=order.id,
        person_id=admin_id,
        data=ClosePurchaseData(borne_by=borne_by, reason=reason),
    )
