"""Nobody claimed in time: close the order, give the held money back, tell the customer."""

from domain.saga import ExternalStep, LocalStep, Pivot, Saga

EXPIRE_ORDER = Saga(
    kind="expire_order",
    steps=(
        LocalStep(name="expire_order"),  # CREATED -> EXPIRED, in the commit that fires the timer
        Pivot(),
        ExternalStep(name="release_hold"),
        LocalStep(name="tell_released"),
    ),
)
