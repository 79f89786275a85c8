"""The saga of a cancellation before the purchase, by the customer or an admin: close, release the hold, notify."""

from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga

CANCEL_ORDER = Saga(
    kind="cancel_order",
    steps=(
        LocalStep(name="close_order"),  # CREATED (or ACCEPTED, by an admin) -> CANCELLED, in the bot's transaction
        Pivot(),
        ExternalStep(name="release_hold"),
        LocalStep(name="tell_released"),
    ),
)
