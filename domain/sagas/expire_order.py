"""Nobody claimed in time: close the order, give the held money back, tell the customer."""

from domain.saga import Local, Outside, Pivot, Saga

EXPIRE_ORDER = Saga(
    kind="expire_order",
    parts=(
        Local(name="expire_order"),  # CREATED -> EXPIRED, in the commit that fires the timer
        Pivot(),
        Outside(name="release_hold"),
        Local(name="tell_released"),
    ),
)
