"""A runner gives a job back before buying: it opens again with a fresh deadline, for others."""

from domain.saga import LocalStep, Saga

RELEASE_ORDER = Saga(
    kind="release_order",
    steps=(
        LocalStep(name="reopen_order"),  # ACCEPTED -> CREATED, in the bot's commit
    ),
)
