"""The saga of a Stripe event about a runner's account: look up its state and notify the runner."""

from domain.saga.definition import ExternalStep, Pivot, Saga

FOLLOW_ACCOUNT = Saga(
    kind="follow_account",
    steps=(
        Pivot(),
        ExternalStep(name="refresh_payouts"),
    ),
)
