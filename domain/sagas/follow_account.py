"""Stripe says something about a runner's account or her bank: look how it stands, and tell her what she can do."""

from domain.saga import ExternalStep, Pivot, Saga

FOLLOW_ACCOUNT = Saga(
    kind="follow_account",
    steps=(
        Pivot(),
        ExternalStep(name="refresh_payouts"),
    ),
)
