"""A delivered order: take the money, book who gets what, start the pay-out; only forward."""

from domain.saga import Local, Outside, Pivot, Saga

COMPLETE_ORDER = Saga(
    kind="complete_order",
    parts=(
        Pivot(),  # the order's own pivot was PLACED: nothing here ever turns back
        Local(name="deliver_order"),  # ARRIVED -> DELIVERED, in the bot's commit
        Outside(name="capture_payment"),
        Local(name="complete_order"),  # ledger, payable, COMPLETED, pay_out_runner
    ),
)
