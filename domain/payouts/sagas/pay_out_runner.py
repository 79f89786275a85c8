"""The saga of a payout: one transfer for one order; a refused one stays owed until the account is ready."""

from dataclasses import dataclass

from domain.payouts.model import Payable
from domain.saga.definition import ExternalStep, LocalStep, Saga
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class PayOutRunnerData:
    """The number of this attempt to pay the payable.

    Rows of an earlier release lack it. They do not need it: the step that reads it ran in the commit that wrote them.
    """

    attempt: int = 0


PAY_OUT_RUNNER = Saga(
    kind="pay_out_runner",
    data=PayOutRunnerData,
    steps=(
        LocalStep(name="start_payout", compensation="keep_payable"),  # open -> sending
        ExternalStep(name="transfer_earnings"),
    ),
)


def build_payout_start(payable: Payable) -> SagaStart:
    """Return the saga that pays this payable; an attempt after a refused one has another name."""
    return SagaStart(
        kind=PAY_OUT_RUNNER.kind,
        name=f"{PAY_OUT_RUNNER.kind}:{payable.id}:{payable.attempt + 1}",
        campus_id=payable.campus_id,
        order_id=payable.order_id,
        person_id=payable.runner_id,
        data=PayOutRunnerData(attempt=payable.attempt + 1),
    )
