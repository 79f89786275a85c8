"""The saga of a release before the purchase: the order is offered to the other runners with a new deadline."""

from domain.saga.definition import LocalStep, Saga

RELEASE_ORDER = Saga(
    kind="release_order",
    steps=(
        LocalStep(name="reopen_order"),  # ACCEPTED -> CREATED, in the bot's transaction
    ),
)
