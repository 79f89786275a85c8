"""A delivered order: take the money, book who gets what, start the pay-out; only forward."""

from domain.saga import Local, Outside, Pivot, Saga

COMPLETE_ORDER = Saga(
    kind="complete_order",
    version=2,
    parts=(
        Pivot(),  # the order's own pivot was PLACED: nothing here ever turns back
        Local(name="deliver_order"),  # ARRIVED -> DELIVERED, in the bot's commit
        Outside(name="capture_payment"),  # a hold that lapsed is closed
        Outside(name="charge_again"),  # then the card is charged without her; nothing to do where it was captured
        Local(name="complete_order"),  # ledger, payable or what she owes us, COMPLETED, pay_out_runner
    ),
)
# Rows of before: where a hold lapsed they stand stuck, and a human decides.
COMPLETE_ORDER_1 = Saga(
    kind="complete_order",
    parts=(
        Pivot(),
        Local(name="deliver_order"),
        Outside(name="capture_payment"),
        Local(name="complete_order"),
    ),
)
