"""The saga of a Stripe event about a dispute: look up its state, and freeze or unfreeze the order's payable."""

from domain.saga.definition import ExternalStep, Pivot, Saga

FOLLOW_DISPUTE = Saga(
    kind="follow_dispute",
    steps=(
        Pivot(),
        ExternalStep(name="refresh_dispute"),
    ),
)
