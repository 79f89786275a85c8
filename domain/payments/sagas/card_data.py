"""The card that a saga detaches."""

from domain.payments.sagas.detach_replaced_card import DetachReplacedCardData
from domain.payments.sagas.remove_card import RemoveCardData
from domain.saga.run import SagaRun


def payment_method_of(run: SagaRun) -> str:
    """Return the payment method that this run detaches. Raise LookupError when it has none."""
    match run.data:
        case RemoveCardData(payment_method=payment_method) | DetachReplacedCardData(payment_method=payment_method):
            return payment_method
        case _:
            raise LookupError(f"saga {run.name} detaches no card")
