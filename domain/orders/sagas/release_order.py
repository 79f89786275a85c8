"""The saga of a release before the purchase: the order is offered to the other runners with a new deadline."""

from dataclasses import dataclass

from domain.database.actors import Role
from domain.orders.states import Order
from domain.saga.definition import LocalStep, Saga
from domain.saga.run import SagaStart

SILENCE, CLAIM_ENDED = "silence", "not bought in time"  # why the system releases an order


@dataclass(slots=True, kw_only=True)
class ReleaseOrderData:
    """Why the order is released: by an admin with this id, by the system for a silent runner, else by the runner."""

    reason: str | None = None
    admin: int | None = None
    role: Role | None = None


RELEASE_ORDER = Saga(
    kind="release_order",
    data=ReleaseOrderData,
    steps=(
        LocalStep(name="reopen_order"),  # ACCEPTED -> CREATED, in the bot's transaction
    ),
)


def build_release_start(
    order: Order, *, reason: str | None = None, admin: int | None = None, role: Role | None = None
) -> SagaStart:
    """Return the saga that takes the order back from its runner; each release of an order has its own name."""
    return SagaStart(
        kind=RELEASE_ORDER.kind,
        name=f"{RELEASE_ORDER.kind}:{order.id}:{order.releases + 1}",
        campus_id=order.campus_id,
        order_id=order.id,
        person_id=order.runner_id,
        data=ReleaseOrderData(reason=reason, admin=admin, role=role),
    )
