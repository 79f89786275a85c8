"""What Stripe does not know, any more or under this key."""

from domain.saga.refusals import RefusalKind
from workers.engine.call_failures import Refused

CUSTOMER_PARAM = "customer"  # as a call names it


def is_gone(refusal: Refused, param: str) -> bool:
    """Return whether Stripe does not know the object that this parameter named."""
    return refusal.kind is RefusalKind.GONE and refusal.answer is not None and refusal.answer.param == param
