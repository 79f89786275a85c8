"""A customer or an admin ends an order before anything is bought: close it, give the held money back, tell."""

from domain.saga import ExternalStep, LocalStep, Pivot, Saga

CANCEL_ORDER = Saga(
    kind="cancel_order",
    steps=(
        LocalStep(name="close_order"),  # CREATED, or by an admin ACCEPTED, -> CANCELLED, in the bot's commit
        Pivot(),
        ExternalStep(name="release_hold"),
        LocalStep(name="tell_released"),
    ),
)
