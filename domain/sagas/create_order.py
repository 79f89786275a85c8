"""A customer's order: hold the money, then show the job to the runners."""

from domain.saga import ExternalStep, LocalStep, Saga, Wait

CREATE_ORDER = Saga(
    kind="create_order",
    steps=(
        LocalStep(name="place_order", compensation="cancel_order"),  # draft -> PENDING, in the bot's commit
        ExternalStep(
            name="authorize_hold", compensation="release_hold", window="payment"
        ),  # the bank may want a word first
        Wait(
            signal="hold_made",
            window="payment",
            timeout_reason="unpaid",
            abort_signals=frozenset({"cancelled", "declined"}),
            poll="refresh_hold",
        ),
        LocalStep(name="publish_order", compensation="withdraw_order"),  # PENDING -> CREATED, cards
        LocalStep(name="start_expiry", compensation="stop_expiry"),  # the same commit as the line above
    ),
)
