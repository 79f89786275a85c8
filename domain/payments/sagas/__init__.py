"""The sagas of payments, a file each."""

from domain.payments.sagas.detach_replaced_card import DETACH_REPLACED_CARD
from domain.payments.sagas.remove_card import REMOVE_CARD
from domain.payments.sagas.replace_hold import REPLACE_HOLD
from domain.payments.sagas.save_card import SAVE_CARD, SAVE_CARD_V1
from domain.payments.sagas.settle_debt import SETTLE_DEBT

SAGAS = (
    REPLACE_HOLD,
    SETTLE_DEBT,
    SAVE_CARD_V1,
    SAVE_CARD,
    REMOVE_CARD,
    DETACH_REPLACED_CARD,
)
