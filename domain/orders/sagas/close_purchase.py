"""The saga of food that was bought and will not arrive: an admin says who pays, and the hold is released."""

from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga

CLOSE_PURCHASE = Saga(
    kind="close_purchase",
    steps=(
        # PLACED, ON_THE_WAY or ARRIVED -> CANCELLED, and the runner's claim on the platform is booked: in the
        # bot's transaction.
        LocalStep(name="close_purchase"),
        Pivot(),
        ExternalStep(name="release_hold"),
        LocalStep(name="tell_released"),
    ),
)
