"""The local steps of the sagas of payments, by the names that saga rows store."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.payments.steps import cards, customer_debts, price_increases
from domain.saga.register import LocalStepFunction

LOCAL_STEPS: Mapping[str, LocalStepFunction] = MappingProxyType(
    {
        "request_replacement_hold": price_increases.request_replacement_hold,
        "withdraw_replacement_hold": price_increases.withdraw_replacement_hold,
        "adopt_replacement_hold": price_increases.adopt_replacement_hold,
        "begin_settling": customer_debts.begin_settling,
        "tell_unsettled": customer_debts.tell_unsettled,
        "book_settlement": customer_debts.book_settlement,
        "keep_card": cards.keep_card,
        "forget_card": cards.forget_card,
        "tell_card_removed": cards.tell_card_removed,
    }
)
