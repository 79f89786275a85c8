"""Stripe says something about a dispute: look how it stands, freeze what is owed for the order, or free it again."""

from domain.saga import ExternalStep, Pivot, Saga

FOLLOW_DISPUTE = Saga(
    kind="follow_dispute",
    steps=(
        Pivot(),
        ExternalStep(name="refresh_dispute"),
    ),
)
