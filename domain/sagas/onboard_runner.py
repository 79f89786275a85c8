"""A runner's pay-out account: Stripe asks what it must, then everything owed so far is sent."""

from domain.saga import Local, Outside, Saga, Wait

ONBOARD_RUNNER = Saga(
    kind="onboard_runner",
    parts=(
        Outside(name="ensure_account"),
        Outside(name="open_onboarding"),
        Wait(signal="account_ready", window="onboarding", otherwise="lapsed", poll="look_at_account"),
        Local(name="open_payouts"),
    ),
)
