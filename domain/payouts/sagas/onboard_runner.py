"""The saga of a runner's payout account: set it up at Stripe, then send all that is owed."""

from dataclasses import dataclass
from datetime import datetime

from domain.saga.definition import ExternalStep, LocalStep, Saga, Wait
from domain.saga.refusals import ACCOUNT_GONE
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class OnboardRunnerData:
    """The runner's account at Stripe."""

    account: str | None = None
    is_complete: bool = False  # Stripe asks for nothing: the link is the one to the owner's page there


ONBOARD_RUNNER = Saga(
    kind="onboard_runner",
    version=2,
    data=OnboardRunnerData,
    steps=(
        ExternalStep(name="ensure_account"),
        ExternalStep(name="open_onboarding"),
        Wait(
            signal="account_ready",
            window="onboarding",
            timeout_reason="lapsed",
            abort_signals=frozenset({ACCOUNT_GONE}),
            poll="refresh_account",
        ),
        LocalStep(name="open_payouts"),
    ),
)
# For runs that started on version 1: it lapses when another account is made.
ONBOARD_RUNNER_V1 = Saga(
    kind="onboard_runner",
    data=OnboardRunnerData,
    steps=(
        ExternalStep(name="ensure_account"),
        ExternalStep(name="open_onboarding"),
        Wait(signal="account_ready", window="onboarding", timeout_reason="lapsed", poll="refresh_account"),
        LocalStep(name="open_payouts"),
    ),
)


def build_onboarding_start(*, campus_id: int, person_id: int, now: datetime) -> SagaStart:
    """Return the saga that sends the link to set up an account, and opens the payouts when it is ready."""
    return SagaStart(
        kind=ONBOARD_RUNNER.kind,
        name=f"{ONBOARD_RUNNER.kind}:{campus_id}:{person_id}:{now.timestamp()}",
        campus_id=campus_id,
        person_id=person_id,
    )
