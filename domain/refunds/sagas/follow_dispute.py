"""The saga of a Stripe event about a dispute: look up its state, and freeze or unfreeze the order's payable."""

from dataclasses import dataclass

from domain.saga.definition import ExternalStep, Pivot, Saga
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class FollowDisputeData:
    """The dispute's id at Stripe."""

    dispute: str


FOLLOW_DISPUTE = Saga(
    kind="follow_dispute",
    data=FollowDisputeData,
    steps=(
        Pivot(),
        ExternalStep(name="refresh_dispute"),
    ),
)


def build_dispute_check_start(dispute: str, event_id: str, *, campus_id: int, order_id: int) -> SagaStart:
    """Return the saga that reads the dispute again; each event starts one."""
    return SagaStart(
        kind=FOLLOW_DISPUTE.kind,
        name=f"{FOLLOW_DISPUTE.kind}:{dispute}:{event_id}",
        campus_id=campus_id,
        order_id=order_id,
        data=FollowDisputeData(dispute=dispute),
    )
