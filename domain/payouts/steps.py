"""The local steps of the sagas of payouts, by the names that saga rows store."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.payouts import completion, payout_steps
from domain.saga.register import LocalStepFunction

LOCAL_STEPS: Mapping[str, LocalStepFunction] = MappingProxyType(
    {
        "close_purchase": completion.close_purchase,
        "complete_order": completion.complete_order,
        "start_payout": payout_steps.start_payout,
        "keep_payable": payout_steps.keep_payable,
        "open_payouts": payout_steps.open_payouts,
    }
)
