"""The saga of a customer's payment of a debt; the bank may ask for approval."""

from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga, Wait

SETTLE_DEBT = Saga(
    kind="settle_debt",
    steps=(
        LocalStep(name="begin_settling", compensation="tell_unsettled"),  # in the bot's transaction
        ExternalStep(name="charge_debt", compensation="cancel_debt_charge", window="payment"),
        Wait(
            signal="debt_paid",
            window="payment",
            timeout_reason="unpaid",
            abort_signals=frozenset({"declined"}),
            poll="refresh_debt_charge",
        ),
        Pivot(),
        LocalStep(name="book_settlement"),
    ),
)
