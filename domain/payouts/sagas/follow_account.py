"""The saga of a Stripe event about a runner's account: look up its state and notify the runner."""

from dataclasses import dataclass

from domain.saga.definition import ExternalStep, Pivot, Saga
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class FollowAccountData:
    """The runner's account that an event was about, and the payout to a bank that failed, if that was the event."""

    account: str
    payout: str | None = None


FOLLOW_ACCOUNT = Saga(
    kind="follow_account",
    data=FollowAccountData,
    steps=(
        Pivot(),
        ExternalStep(name="refresh_payouts"),
    ),
)


def build_account_check_start(
    event_id: str, *, campus_id: int, person_id: int, account: str, payout: str | None
) -> SagaStart:
    """Return the saga that reads the account again; each event starts one."""
    return SagaStart(
        kind=FOLLOW_ACCOUNT.kind,
        name=f"{FOLLOW_ACCOUNT.kind}:{person_id}:{event_id}",
        campus_id=campus_id,
        person_id=person_id,
        data=FollowAccountData(account=account, payout=payout),
    )
