"""The saga of an answer to a dispute: an admin has our evidence sent to the customer's bank."""

from dataclasses import dataclass

from domain.refunds.model import Dispute
from domain.saga.definition import ExternalStep, Saga
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class AnswerDisputeData:
    """The dispute's id at Stripe, and the files there that are joined: the shop's receipt and the hand-over.

    `left_out` says why a photo of the order is not joined; None while each is.
    """

    dispute: str
    receipt_file: str | None = None
    handover_file: str | None = None
    left_out: str | None = None


ANSWER_DISPUTE = Saga(
    kind="answer_dispute",
    version=2,
    data=AnswerDisputeData,
    steps=(
        ExternalStep(name="upload_receipt"),  # what Stripe does not take is left out
        ExternalStep(name="upload_handover"),
        ExternalStep(name="submit_evidence"),  # if Stripe refuses it, the admins are told, and may try again
    ),
)
# For runs that started on version 1: the text alone is sent.
ANSWER_DISPUTE_V1 = Saga(kind="answer_dispute", data=AnswerDisputeData, steps=(ExternalStep(name="submit_evidence"),))


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
