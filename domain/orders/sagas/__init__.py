"""The sagas of orders, a file each."""

from domain.orders.sagas.accept_order import ACCEPT_ORDER
from domain.orders.sagas.cancel_order import CANCEL_ORDER
from domain.orders.sagas.close_purchase import CLOSE_PURCHASE
from domain.orders.sagas.complete_order import COMPLETE_ORDER, COMPLETE_ORDER_V1
from domain.orders.sagas.create_order import CREATE_ORDER
from domain.orders.sagas.expire_order import EXPIRE_ORDER
from domain.orders.sagas.release_order import RELEASE_ORDER
from domain.orders.sagas.resolve_completion import RESOLVE_COMPLETION

SAGAS = (
    CREATE_ORDER,
    ACCEPT_ORDER,
    COMPLETE_ORDER_V1,
    COMPLETE_ORDER,
    EXPIRE_ORDER,
    CANCEL_ORDER,
    CLOSE_PURCHASE,
    RELEASE_ORDER,
    RESOLVE_COMPLETION,
)
