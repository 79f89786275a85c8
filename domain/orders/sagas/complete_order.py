"""The saga of a delivered order: capture the money, book the split, start the payout."""

from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga

COMPLETE_ORDER = Saga(
    kind="complete_order",
    version=2,
    steps=(
        Pivot(),  # the order passed its own pivot at PLACED: nothing here is compensated
        LocalStep(name="deliver_order"),  # ARRIVED -> DELIVERED, in the bot's transaction
        ExternalStep(name="capture_payment"),  # a lapsed hold is closed
        ExternalStep(name="charge_again"),  # after a lapse: charge the card without the customer
        LocalStep(name="complete_order"),  # ledger, payable or customer debt, COMPLETED, pay_out_runner
    ),
)
# For runs that started on version 1: a lapsed hold makes them stuck, and an admin decides.
COMPLETE_ORDER_V1 = Saga(
    kind="complete_order",
    steps=(
        Pivot(),
        LocalStep(name="deliver_order"),
        ExternalStep(name="capture_payment"),
        LocalStep(name="complete_order"),
    ),
)
