"""The saga of a Stripe event about a refund that had ended here: look it up, and undo our part if it failed."""

from dataclasses import dataclass

from domain.saga.definition import ExternalStep, Pivot, Saga
from domain.saga.run import SagaStart


@dataclass(slots=True, kw_only=True)
class CheckRefundData:
    """The row of the refund to read again at Stripe."""

    refund_row: int


CHECK_REFUND = Saga(
    kind="check_refund",
    data=CheckRefundData,
    steps=(
        Pivot(),
        ExternalStep(name="refresh_refund"),
    ),
)


def build_refund_check_start(refund_row: int, cause: str, *, campus_id: int, order_id: int) -> SagaStart:
    """Return the saga that reads the refund again; each cause, an event or a day, starts one."""
    return SagaStart(
        kind=CHECK_REFUND.kind,
        name=f"{CHECK_REFUND.kind}:{refund_row}:{cause}",
        campus_id=campus_id,
        order_id=order_id,
        data=CheckRefundData(refund_row=refund_row),
    )
