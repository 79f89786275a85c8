"""The saga of a price increase: authorise a replacement hold, then release the former hold."""

from domain.orders.states import ORDER_CHANGED_SIGNAL
from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga, Wait

REPLACE_HOLD = Saga(
    kind="replace_hold",
    steps=(
        # In the bot's transaction. The former hold and the former price stay until adopt_replacement_hold.
        LocalStep(name="request_replacement_hold", compensation="withdraw_replacement_hold"),
        # The bank may ask the customer for approval, which the wait below is for.
        ExternalStep(name="authorize_replacement_hold", compensation="release_replacement_hold", window="payment"),
        Wait(
            signal="replacement_held",
            window="payment",
            timeout_reason="unpaid",
            # the order was claimed, released, bought or ended meanwhile
            abort_signals=frozenset({ORDER_CHANGED_SIGNAL, "declined"}),
            poll="refresh_replacement_hold",
        ),
        LocalStep(name="adopt_replacement_hold"),  # under the order's lock: price and current hold change together
        Pivot(),
        ExternalStep(name="release_former_hold"),
    ),
)
