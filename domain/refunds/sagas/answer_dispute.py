"""The saga of an answer to a dispute: an admin has our evidence sent to the customer's bank."""

from dataclasses import dataclass

from domain.refunds.model import Dispute
from domain.saga.definition import ExternalStep, Saga
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class AnswerDisputeData:
    """The dispute's id at Stripe."""

    dispute: str


ANSWER_DISPUTE = Saga(
    kind="answer_dispute",
    data=AnswerDisputeData,
    steps=(ExternalStep(name="submit_evidence"),),  # if Stripe refuses it, the admins are told, and may try again
)


def build_dispute_answer_start(opened: Dispute, *, admin_id: int) -> SagaStart:
    """Return the saga that sends the evidence; one in each stage, and one more for each time that Stripe refused it."""
    return SagaStart(
        kind=ANSWER_DISPUTE.kind,
        name=f"{ANSWER_DISPUTE.kind}:{opened.name}:{opened.answers_refused}",
        campus_id=opened.campus_id,
        order_id=opened.order_id,
        person_id=admin_id,
        data=AnswerDisputeData(dispute=opened.dispute),
    )
