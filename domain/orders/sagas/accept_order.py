"""The saga of a runner's claim: one guarded UPDATE assigns the order, then Stripe confirms the hold."""

from domain.saga.definition import ExternalStep, LocalStep, Saga

ACCEPT_ORDER = Saga(
    kind="accept_order",
    steps=(
        # In the bot's transaction. The compensation changes the order only while it has this claim.
        LocalStep(name="claim_order", compensation="give_back_order"),
        ExternalStep(
            name="check_hold",
            compensation="close_order_without_hold",
            compensation_is_external=False,
            window="hold_check",
        ),
    ),
)
