"""A customer or an admin ends an order before anything is bought: close it, give the held money back, tell."""

from domain.saga import Local, Outside, Pivot, Saga

CANCEL_ORDER = Saga(
    kind="cancel_order",
    parts=(
        Local(name="close_order"),  # CREATED, or by an admin ACCEPTED, -> CANCELLED, in the bot's commit
        Pivot(),
        Outside(name="release_hold"),
        Local(name="tell_released"),
    ),
)
