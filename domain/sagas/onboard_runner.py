"""A runner's pay-out account: Stripe asks what it must, then everything owed so far is sent."""

from domain.saga import ExternalStep, LocalStep, Saga, Wait

ONBOARD_RUNNER = Saga(
    kind="onboard_runner",
    steps=(
        ExternalStep(name="ensure_account"),
        ExternalStep(name="open_onboarding"),
        Wait(signal="account_ready", window="onboarding", timeout_reason="lapsed", poll="refresh_account"),
        LocalStep(name="open_payouts"),
    ),
)
