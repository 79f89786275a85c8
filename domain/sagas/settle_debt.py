"""A customer pays what she owes for an order that was delivered: her bank may want a word with her first."""

from domain.saga import ExternalStep, LocalStep, Pivot, Saga, Wait

SETTLE_DEBT = Saga(
    kind="settle_debt",
    steps=(
        LocalStep(name="begin_settling", compensation="tell_unsettled"),  # in the bot's commit
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
