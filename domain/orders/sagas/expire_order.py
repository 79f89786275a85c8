"""The saga of an order that nobody claimed in time: close it, release the hold, notify the customer."""

from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga
from domain.saga.run import SagaStart

EXPIRE_ORDER = Saga(
    kind="expire_order",
    steps=(
        LocalStep(name="expire_order"),  # CREATED -> EXPIRED, in the transaction that fires the timer
        Pivot(),
        ExternalStep(name="release_hold"),
        LocalStep(name="tell_released"),
    ),
)


def build_expiry_start(*, campus_id: int, order_id: int, timer_id: int) -> SagaStart:
    """Return the saga that this timer starts; a later timer of the same order starts another one."""
    return SagaStart(
        kind=EXPIRE_ORDER.kind,
        name=f"{EXPIRE_ORDER.kind}:{order_id}:{timer_id}",
        campus_id=campus_id,
        order_id=order_id,
    )
