"""The saga of a runner's payout account: set it up at Stripe, then send all that is owed."""

from domain.saga.definition import ExternalStep, LocalStep, Saga, Wait

ONBOARD_RUNNER = Saga(
    kind="onboard_runner",
    steps=(
        ExternalStep(name="ensure_account"),
        ExternalStep(name="open_onboarding"),
        Wait(signal="account_ready", window="onboarding", timeout_reason="lapsed", poll="refresh_account"),
        LocalStep(name="open_payouts"),
    ),
)
