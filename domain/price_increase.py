"""What a customer may agree to above her first word: a higher fee while nobody came, or what the shop wants."""

from dataclasses import replace
from enum import StrEnum

from domain.campus import Campus
from domain.errors import OrderOutOfRange, PriceOutOfRange
from domain.fee_suggestions import rounded_fee_fraction
from domain.money import MAX_CHARGE, format_money
from domain.order import Order, OrderStatus
from domain.pricing import Fees, Price


class PriceIncreaseKind(StrEnum):
    FEE = "fee"  # a higher delivery fee, while nobody has claimed
    LIMIT = "limit"  # a higher shop limit, while her runner stands in the shop


def fee_increase_step(campus: Campus) -> int:
    """How much (minor units) one tap adds to the delivery fee: half of the usual one."""
    return max(1, rounded_fee_fraction(campus, 2))


def with_delivery_fee(price: Price, delivery_fee: int, fees: Fees) -> Price:
    """The offer with this delivery fee (minor units); PriceOutOfRange or OrderOutOfRange when it can't be made."""
    if not price.delivery_fee < delivery_fee <= fees.delivery_fee_most:
        minimum, maximum = (
            format_money(price.delivery_fee, price.currency),
            format_money(fees.delivery_fee_most, price.currency),
        )
        raise PriceOutOfRange(least=minimum, most=maximum)
    return _require_chargeable(replace(price, delivery_fee=delivery_fee), fees)


def with_shop_limit(price: Price, shop_limit: int, fees: Fees) -> Price:
    """The offer with this shop limit (minor units); OrderOutOfRange when it can't be made."""
    return _require_chargeable(replace(price, shop_limit=shop_limit), fees)


def _require_chargeable(price: Price, fees: Fees) -> Price:
    maximum = min(fees.order_most, MAX_CHARGE)
    if price.ceiling > maximum:
        raise OrderOutOfRange(
            total=format_money(price.ceiling, price.currency), most=format_money(maximum, price.currency)
        )
    return price


def next_fee_offer(order: Order, campus: Campus) -> Price:
    """The offer one tap further; refused as with_delivery_fee says."""
    return with_delivery_fee(order.price, order.price.delivery_fee + fee_increase_step(campus), campus.fees)


def can_increase_fee(order: Order, campus: Campus) -> bool:
    """Whether one tap more is worth offering: nobody has claimed it, and the campus allows more."""
    if order.status is not OrderStatus.CREATED:
        return False
    try:
        next_fee_offer(order, campus)
    except (PriceOutOfRange, OrderOutOfRange):
        return False
    return True
