"""A delivered order: take the money, book who gets what, start the pay-out; only forward."""

from domain.saga import ExternalStep, LocalStep, Pivot, Saga

COMPLETE_ORDER = Saga(
    kind="complete_order",
    version=2,
    steps=(
        Pivot(),  # the order's own pivot was PLACED: nothing here ever turns back
        LocalStep(name="deliver_order"),  # ARRIVED -> DELIVERED, in the bot's commit
        ExternalStep(name="capture_payment"),  # a hold that lapsed is closed
        ExternalStep(name="charge_again"),  # then the card is charged without her; nothing to do where it was captured
        LocalStep(name="complete_order"),  # ledger, payable or what she owes us, COMPLETED, pay_out_runner
    ),
)
# Rows of before: where a hold lapsed they stand stuck, and a human decides.
COMPLETE_ORDER_V1 = Saga(
    kind="complete_order",
    steps=(
        Pivot(),
        LocalStep(name="deliver_order"),
        ExternalStep(name="capture_payment"),
        LocalStep(name="complete_order"),
    ),
)
