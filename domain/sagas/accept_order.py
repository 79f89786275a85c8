"""A runner's claim: hers by one guarded UPDATE, worth shopping for only once Stripe says the money is still held."""

from domain.saga import ExternalStep, LocalStep, Saga

ACCEPT_ORDER = Saga(
    kind="accept_order",
    steps=(
        LocalStep(
            name="claim_order", compensation="give_back_order"
        ),  # in the bot's commit; undo touches only this claim
        ExternalStep(
            name="check_hold",
            compensation="close_order_without_hold",
            compensation_is_external=False,
            window="hold_check",
        ),
    ),
)
