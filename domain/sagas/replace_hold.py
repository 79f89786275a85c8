"""A customer agrees to pay more: the new hold first, then the old one goes; turned back, all is as it was."""

from domain.saga import ExternalStep, LocalStep, Pivot, Saga, Wait

REPLACE_HOLD = Saga(
    kind="replace_hold",
    steps=(
        LocalStep(name="request_replacement_hold", compensation="withdraw_replacement_hold"),  # in the bot's commit
        ExternalStep(
            name="authorize_replacement_hold", compensation="release_replacement_hold", window="payment"
        ),  # her bank may want a word
        Wait(
            signal="replacement_held",
            window="payment",
            timeout_reason="unpaid",
            abort_signals=frozenset({"order_changed", "declined"}),  # claimed, given back, bought or over meanwhile
            poll="refresh_replacement_hold",
        ),
        LocalStep(
            name="adopt_replacement_hold"
        ),  # under the order's lock: the price and the hold that count change together
        Pivot(),
        ExternalStep(name="release_former_hold"),
    ),
)
