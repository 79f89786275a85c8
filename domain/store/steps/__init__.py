"""The local steps of all sagas by the names that saga rows store."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from domain.store.saga_run import SagaRun
from domain.store.steps import (
    local_card_steps,
    local_claim_steps,
    local_completion_steps,
    local_debt_steps,
    local_money_steps,
    local_order_end_steps,
    local_placement_steps,
    local_price_increase_steps,
    local_refund_steps,
)
from domain.store.unit_of_work import UnitOfWork

LocalStepFunction = Callable[[UnitOfWork, SagaRun], Awaitable[None]]

LOCAL_STEPS: Mapping[str, LocalStepFunction] = MappingProxyType(
    {
        "place_order": local_placement_steps.place_order,
        "cancel_order": local_placement_steps.cancel_order,
        "publish_order": local_placement_steps.publish_order,
        "withdraw_order": local_placement_steps.withdraw_order,
        "start_expiry": local_placement_steps.start_expiry,
        "stop_expiry": local_placement_steps.stop_expiry,
        "claim_order": local_claim_steps.claim_order,
        "give_back_order": local_claim_steps.give_back_order,
        "close_order_without_hold": local_claim_steps.close_order_without_hold,
        "reopen_order": local_claim_steps.reopen_order,
        "expire_order": local_order_end_steps.expire_order,
        "close_order": local_order_end_steps.close_order,
        "close_purchase": local_order_end_steps.close_purchase,
        "tell_released": local_order_end_steps.tell_released,
        "deliver_order": local_order_end_steps.deliver_order,
        "complete_order": local_completion_steps.complete_order,
        "start_payout": local_money_steps.start_payout,
        "keep_payable": local_money_steps.keep_payable,
        "open_payouts": local_money_steps.open_payouts,
        "request_refund": local_refund_steps.request_refund,
        "withdraw_refund": local_refund_steps.withdraw_refund,
        "settle_refund": local_refund_steps.settle_refund,
        "request_replacement_hold": local_price_increase_steps.request_replacement_hold,
        "withdraw_replacement_hold": local_price_increase_steps.withdraw_replacement_hold,
        "adopt_replacement_hold": local_price_increase_steps.adopt_replacement_hold,
        "begin_settling": local_debt_steps.begin_settling,
        "tell_unsettled": local_debt_steps.tell_unsettled,
        "book_settlement": local_debt_steps.book_settlement,
        "keep_card": local_money_steps.keep_card,
        "forget_card": local_card_steps.forget_card,
        "tell_card_removed": local_card_steps.tell_card_removed,
    }
)
