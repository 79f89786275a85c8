"""The local steps of all sagas by the names that saga rows store."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from domain.store.runs import Run
from domain.store.steps import cards, claims, completing, debts, endings, money, placing, raising, refunds
from domain.store.unit_of_work import UnitOfWork

LocalStep = Callable[[UnitOfWork, Run], Awaitable[None]]

LOCAL_STEPS: Mapping[str, LocalStep] = MappingProxyType(
    {
        "place_order": placing.place_order,
        "cancel_order": placing.cancel_order,
        "publish_order": placing.publish_order,
        "withdraw_order": placing.withdraw_order,
        "start_expiry": placing.start_expiry,
        "stop_expiry": placing.stop_expiry,
        "claim_order": claims.claim_order,
        "give_back_order": claims.give_back_order,
        "close_order_without_hold": claims.close_order_without_hold,
        "reopen_order": claims.reopen_order,
        "expire_order": endings.expire_order,
        "close_order": endings.close_order,
        "close_purchase": endings.close_purchase,
        "tell_released": endings.tell_released,
        "deliver_order": endings.deliver_order,
        "complete_order": completing.complete_order,
        "start_payout": money.start_payout,
        "keep_payable": money.keep_payable,
        "open_payouts": money.open_payouts,
        "request_refund": refunds.request_refund,
        "withdraw_refund": refunds.withdraw_refund,
        "settle_refund": refunds.settle_refund,
        "request_candidate": raising.request_candidate,
        "withdraw_candidate": raising.withdraw_candidate,
        "adopt_candidate": raising.adopt_candidate,
        "begin_settling": debts.begin_settling,
        "tell_unsettled": debts.tell_unsettled,
        "book_settlement": debts.book_settlement,
        "keep_card": money.keep_card,
        "forget_card": cards.forget_card,
        "tell_card_removed": cards.tell_card_removed,
    }
)
