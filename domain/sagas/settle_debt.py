"""A customer pays what she owes for an order that was delivered: her bank may want a word with her first."""

from domain.saga import Local, Outside, Pivot, Saga, Wait

SETTLE_DEBT = Saga(
    kind="settle_debt",
    parts=(
        Local(name="begin_settling", undo="tell_unsettled"),  # in the bot's commit
        Outside(name="charge_debt", undo="drop_charge", window="payment"),
        Wait(
            signal="debt_paid",
            window="payment",
            otherwise="unpaid",
            unless=frozenset({"declined"}),
            poll="look_at_charge",
        ),
        Pivot(),
        Local(name="book_settlement"),
    ),
)
