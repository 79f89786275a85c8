"""The local steps of the sagas of refunds, by the names that saga rows store."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.refunds import refund_steps
from domain.saga.register import LocalStepFunction

LOCAL_STEPS: Mapping[str, LocalStepFunction] = MappingProxyType(
    {
        "request_refund": refund_steps.request_refund,
        "withdraw_refund": refund_steps.withdraw_refund,
        "settle_refund": refund_steps.settle_refund,
    }
)
