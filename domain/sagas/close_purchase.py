"""Food that was bought and will not arrive: an admin says who bears it, the held money goes back; only forward."""

from domain.saga import ExternalStep, LocalStep, Pivot, Saga

CLOSE_PURCHASE = Saga(
    kind="close_purchase",
    steps=(
        LocalStep(
            name="close_purchase"
        ),  # PLACED to ARRIVED -> CANCELLED, what the platform owes booked: the bot's commit
        Pivot(),
        ExternalStep(name="release_hold"),
        LocalStep(name="tell_released"),
    ),
)
