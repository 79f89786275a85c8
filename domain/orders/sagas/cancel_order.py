"""The saga of a cancellation before the purchase, by the customer or an admin: close, release the hold, notify."""

from dataclasses import dataclass

from domain.database.actors import Role
from domain.orders.states import Order
from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class CancelOrderData:
    """Who cancels the order, and why: for a customer the word "customer", for an admin their own words."""

    role: Role
    reason: str


CANCEL_ORDER = Saga(
    kind="cancel_order",
    data=CancelOrderData,
    steps=(
        LocalStep(name="close_order"),  # CREATED (or ACCEPTED, by an admin) -> CANCELLED, in the bot's transaction
        Pivot(),
        ExternalStep(name="release_hold"),
        LocalStep(name="tell_released"),
    ),
)


def build_cancel_start(order: Order, *, person_id: int, role: Role, reason: str) -> SagaStart:
    """Return the saga that cancels an order that runners see, in the name of this person."""
    return SagaStart(
        kind=CANCEL_ORDER.kind,
        name=f"{CANCEL_ORDER.kind}:{order.id}",
        campus_id=order.campus_id,
        order_id=order.id,
        person_id=person_id,
        data=CancelOrderData(role=role, reason=reason),
    )
