"""The saga of a payout: one transfer for one order; a refused one stays owed until the account is ready."""

from domain.payouts.model import Payable
from domain.saga.definition import ExternalStep, LocalStep, Saga
from domain.saga.run import SagaStart

PAY_OUT_RUNNER = Saga(
    kind="pay_out_runner",
    steps=(
        LocalStep(name="start_payout", compensation="keep_payable"),  # open -> sending
        ExternalStep(name="transfer_earnings"),
    ),
)


def build_payout_start(payable: Payable) -> SagaStart:
    """Return the saga that pays this payable; an attempt after a refused one has another name."""
    return SagaStart(
        kind="pay_out_runner",
        name=f"pay_out_runner:{payable.id}:{payable.attempt + 1}",
        campus_id=payable.campus_id,
        order_id=payable.order_id,
        person_id=payable.runner_id,
    )
