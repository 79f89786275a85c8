"""Price increases that a customer may agree to: a higher fee before the claim, or a higher shop limit after it."""

from dataclasses import replace
from enum import StrEnum
from typing import assert_never

from domain.campuses.campus import Campus
from domain.campuses.fee_suggestions import rounded_fee_fraction
from domain.campuses.fees import Fees
from domain.currencies import find_currency
from domain.errors import OrderClosed, OrderOutOfRange, PriceOutOfRange
from domain.money import MAX_CHARGE, format_money
from domain.orders.pricing import Price
from domain.orders.states import Order, OrderEvent, OrderStatus, is_event_allowed

# Each one is another hold of the whole ceiling at the customer's bank.
MAX_PRICE_INCREASES = 10  # of one order


class PriceIncreaseKind(StrEnum):
    FEE = "fee"  # a higher delivery fee, before a runner claims
    LIMIT = "limit"  # a higher shop limit, while the runner is in the shop


def require_increasable(order: Order, kind: PriceIncreaseKind) -> None:
    """Raise OrderClosed unless the order still waits for a runner (FEE), or its runner still shops for it (LIMIT)."""
    match kind:
        case PriceIncreaseKind.FEE:
            is_open = order.status is OrderStatus.CREATED
        case PriceIncreaseKind.LIMIT:
            is_open = is_event_allowed(order.status, OrderEvent.BOUGHT)
        case _:
            assert_never(kind)
    if not is_open:
        raise OrderClosed


def fee_increase_step(campus: Campus) -> int:
    """Return how much one tap adds to the delivery fee, in minor units: half of the usual fee."""
    return max(find_currency(campus.currency).step, rounded_fee_fraction(campus, 2))


def with_delivery_fee(price: Price, delivery_fee: int, fees: Fees) -> Price:
    """Return the price with this delivery fee (minor units). Raise PriceOutOfRange or OrderOutOfRange."""
    if not price.delivery_fee < delivery_fee <= fees.delivery_fee_most:
        minimum, maximum = (
            format_money(price.delivery_fee, price.currency),
            format_money(fees.delivery_fee_most, price.currency),
        )
        raise PriceOutOfRange(least=minimum, most=maximum)
    return _require_chargeable(replace(price, delivery_fee=delivery_fee), fees)


def with_shop_limit(price: Price, shop_limit: int, fees: Fees) -> Price:
    """Return the price with this shop limit (minor units). Raise OrderOutOfRange when it is too high."""
    return _require_chargeable(replace(price, shop_limit=shop_limit), fees)


def _require_chargeable(price: Price, fees: Fees) -> Price:
    maximum = min(fees.order_most, MAX_CHARGE)
    if price.ceiling > maximum:
        raise OrderOutOfRange(
            total=format_money(price.ceiling, price.currency), most=format_money(maximum, price.currency)
        )
    return price


def next_fee_offer(order: Order, campus: Campus) -> Price:
    """Return the price with the delivery fee one step higher. Raise what with_delivery_fee raises."""
    return with_delivery_fee(order.price, order.price.delivery_fee + fee_increase_step(campus), campus.fees)


def can_increase_fee(order: Order, campus: Campus) -> bool:
    """Return whether no runner has claimed the order and the campus allows a higher fee."""
    try:
        require_increasable(order, PriceIncreaseKind.FEE)
        next_fee_offer(order, campus)
    except (OrderClosed, PriceOutOfRange, OrderOutOfRange):
        return False
    return True
