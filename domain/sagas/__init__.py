"""The registry of all sagas. Each file of this package defines one as data."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.saga import Saga
from domain.sagas.accept_order import ACCEPT_ORDER
from domain.sagas.cancel_order import CANCEL_ORDER
from domain.sagas.check_refund import CHECK_REFUND
from domain.sagas.close_purchase import CLOSE_PURCHASE
from domain.sagas.complete_order import COMPLETE_ORDER, COMPLETE_ORDER_V1
from domain.sagas.create_order import CREATE_ORDER
from domain.sagas.detach_replaced_card import DETACH_REPLACED_CARD
from domain.sagas.expire_order import EXPIRE_ORDER
from domain.sagas.follow_account import FOLLOW_ACCOUNT
from domain.sagas.follow_dispute import FOLLOW_DISPUTE
from domain.sagas.onboard_runner import ONBOARD_RUNNER
from domain.sagas.pay_out_runner import PAY_OUT_RUNNER
from domain.sagas.refund_order import REFUND_ORDER
from domain.sagas.release_order import RELEASE_ORDER
from domain.sagas.remove_card import REMOVE_CARD
from domain.sagas.replace_hold import REPLACE_HOLD
from domain.sagas.save_card import SAVE_CARD
from domain.sagas.settle_debt import SETTLE_DEBT

SAGAS: Mapping[tuple[str, int], Saga] = MappingProxyType(
    {
        (saga.kind, saga.version): saga
        for saga in (
            CREATE_ORDER,
            REPLACE_HOLD,
            ACCEPT_ORDER,
            COMPLETE_ORDER_V1,
            COMPLETE_ORDER,
            SETTLE_DEBT,
            EXPIRE_ORDER,
            CANCEL_ORDER,
            CLOSE_PURCHASE,
            RELEASE_ORDER,
            PAY_OUT_RUNNER,
            REFUND_ORDER,
            CHECK_REFUND,
            FOLLOW_DISPUTE,
            FOLLOW_ACCOUNT,
            SAVE_CARD,
            REMOVE_CARD,
            DETACH_REPLACED_CARD,
            ONBOARD_RUNNER,
        )
    }
)


def latest_saga(kind: str) -> Saga:
    """Return the saga that new runs of this kind start with. Raise KeyError for an unknown kind."""
    return SAGAS[kind, max((version for saga_kind, version in SAGAS if saga_kind == kind), default=0)]
