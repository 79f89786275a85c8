"""The saga of a new order: hold the money, then offer the order to the runners."""

from domain.saga import ExternalStep, LocalStep, Saga, Wait

CREATE_ORDER = Saga(
    kind="create_order",
    steps=(
        LocalStep(name="place_order", compensation="cancel_order"),  # draft -> PENDING, in the bot's transaction
        # The bank may ask the customer for approval, which the wait below is for.
        ExternalStep(name="authorize_hold", compensation="release_hold", window="payment"),
        Wait(
            signal="hold_made",
            window="payment",
            timeout_reason="unpaid",
            abort_signals=frozenset({"cancelled", "declined"}),
            poll="refresh_hold",
        ),
        LocalStep(name="publish_order", compensation="withdraw_order"),  # PENDING -> CREATED, order messages
        LocalStep(name="start_expiry", compensation="stop_expiry"),  # in the same transaction as publish_order
    ),
)
