"""The saga of an order that nobody claimed in time: close it, release the hold, notify the customer."""

from domain.saga import ExternalStep, LocalStep, Pivot, Saga

EXPIRE_ORDER = Saga(
    kind="expire_order",
    steps=(
        LocalStep(name="expire_order"),  # CREATED -> EXPIRED, in the transaction that fires the timer
        Pivot(),
        ExternalStep(name="release_hold"),
        LocalStep(name="tell_released"),
    ),
)
