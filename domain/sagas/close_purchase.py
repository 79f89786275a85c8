"""Food that was bought and will not arrive: an admin says who bears it, the held money goes back; only forward."""

from domain.saga import Local, Outside, Pivot, Saga

CLOSE_PURCHASE = Saga(
    kind="close_purchase",
    parts=(
        Local(name="close_purchase"),  # PLACED to ARRIVED -> CANCELLED, what the platform owes booked: the bot's commit
        Pivot(),
        Outside(name="release_hold"),
        Local(name="tell_released"),
    ),
)
