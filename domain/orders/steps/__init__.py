"""The local steps of the sagas of orders, by the names that saga rows store."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.orders.steps import claims, endings, placement
from domain.saga.register import BatchStepFunction, LocalStepFunction, step_of_one_run

LOCAL_STEPS: Mapping[str, LocalStepFunction] = MappingProxyType(
    {
        "place_order": placement.place_order,
        "cancel_order": placement.cancel_order,
        "publish_order": placement.publish_order,
        "withdraw_order": placement.withdraw_order,
        "start_expiry": placement.start_expiry,
        "stop_expiry": placement.stop_expiry,
        "claim_order": claims.claim_order,
        "give_back_order": claims.give_back_order,
        "close_order_without_hold": claims.close_order_without_hold,
        "reopen_order": claims.reopen_order,
        "expire_order": step_of_one_run(endings.expire_orders),
        "close_order": endings.close_order,
        "tell_released": endings.tell_released,
        "deliver_order": endings.deliver_order,
    }
)
BATCH_STEPS: Mapping[str, BatchStepFunction] = MappingProxyType({"expire_order": endings.expire_orders})
