"""The sagas of refunds and disputes, a file each."""

from domain.refunds.sagas.answer_dispute import ANSWER_DISPUTE, ANSWER_DISPUTE_V1
from domain.refunds.sagas.check_refund import CHECK_REFUND
from domain.refunds.sagas.follow_dispute import FOLLOW_DISPUTE
from domain.refunds.sagas.refund_order import REFUND_ORDER

SAGAS = (
    REFUND_ORDER,
    CHECK_REFUND,
    FOLLOW_DISPUTE,
    ANSWER_DISPUTE,
    ANSWER_DISPUTE_V1,
)
