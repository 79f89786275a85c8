"""The refund that a saga is about."""

from domain.refunds.sagas.check_refund import CheckRefundData
from domain.refunds.sagas.refund_order import RefundOrderData
from domain.saga.run import SagaRun


def refund_row_of(run: SagaRun) -> int:
    """Return the row of the refund that this run makes or checks. Raise LookupError when it has none."""
    match run.data:
        case RefundOrderData(refund_row=int(row)) | CheckRefundData(refund_row=row):
            return row
        case _:
            raise LookupError(f"saga {run.name} has no refund")
