"""What a customer may agree to above her first word: a higher fee while nobody came, or what the shop wants."""

from dataclasses import replace
from enum import StrEnum

from domain.campus import Campus
from domain.errors import OrderOutOfRange, PriceOutOfRange
from domain.money import LARGEST_CHARGE, spell
from domain.offers import rounded_part
from domain.order import Order, OrderStatus
from domain.pricing import Fees, Price


class RaiseKind(StrEnum):
    FEE = "fee"  # a higher delivery fee, while nobody has claimed
    LIMIT = "limit"  # a higher shop limit, while her runner stands in the shop


def raise_step(campus: Campus) -> int:
    """How much (minor units) one tap adds to the delivery fee: half of the usual one."""
    return max(1, rounded_part(campus, 2))


def with_fee(price: Price, delivery_fee: int, fees: Fees) -> Price:
    """The offer with this delivery fee (minor units); PriceOutOfRange or OrderOutOfRange when it can't be made."""
    if not price.delivery_fee < delivery_fee <= fees.delivery_fee_most:
        least, most = spell(price.delivery_fee, price.currency), spell(fees.delivery_fee_most, price.currency)
        raise PriceOutOfRange(least=least, most=most)
    return _within(replace(price, delivery_fee=delivery_fee), fees)


def with_limit(price: Price, shop_limit: int, fees: Fees) -> Price:
    """The offer with this shop limit (minor units); OrderOutOfRange when it can't be made."""
    return _within(replace(price, shop_limit=shop_limit), fees)


def _within(price: Price, fees: Fees) -> Price:
    most = min(fees.order_most, LARGEST_CHARGE)
    if price.ceiling > most:
        raise OrderOutOfRange(total=spell(price.ceiling, price.currency), most=spell(most, price.currency))
    return price


def next_offer(order: Order, campus: Campus) -> Price:
    """The offer one tap further; refused as with_fee says."""
    return with_fee(order.price, order.price.delivery_fee + raise_step(campus), campus.fees)


def may_raise(order: Order, campus: Campus) -> bool:
    """Whether one tap more is worth offering: nobody has claimed it, and the campus allows more."""
    if order.status is not OrderStatus.CREATED:
        return False
    try:
        next_offer(order, campus)
    except (PriceOutOfRange, OrderOutOfRange):
        return False
    return True
