"""The price of an order: its ceiling, its total after the receipt, and the split of the total."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.campuses.fees import Fees
from domain.currencies import find_currency
from domain.errors import DraftEmpty, OrderOutOfRange, PriceOutOfRange, ReceiptAboveLimit, ReceiptTooSmall
from domain.money import MAX_CHARGE, basis_points_of, format_money

MAX_ITEMS = 20
MAX_PIECES_PER_ITEM = 99
MAX_ITEM_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of an order. `price` is the estimate for one piece, in minor units."""

    name: str
    quantity: int
    price: int

    @property
    def cost(self) -> int:
        return self.quantity * self.price


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of an order, all in minor units: the limit for the shop, and what is added to it."""

    currency: str
    items: int
    shop_limit: int
    delivery_fee: int
    service_fee: int
    tip: int
    platform_basis_points: int

    @property
    def ceiling(self) -> int:
        """The amount that the customer confirms and the hold has. It is never exceeded without a new confirmation."""
        return self.shop_limit + self.fees_and_tip

    @property
    def fees_and_tip(self) -> int:
        """All that is added to the shop's receipt."""
        return self.delivery_fee + self.service_fee + self.tip

    @property
    def runner_earnings(self) -> int:
        """What the runner earns beyond the receipt."""
        return self.fees_and_tip - self.platform_part

    @property
    def platform_part(self) -> int:
        """What the platform keeps: the service fee, and its share of the delivery fee."""
        step = find_currency(self.currency).step
        return self.service_fee + basis_points_of(self.delivery_fee, self.platform_basis_points, step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The split of a total, without a remainder: total == platform + runner."""

    total: int
    platform: int
    runner: int


def price_order(items: Sequence[Item], *, delivery_fee: int, tip: int, fees: Fees) -> Price:
    """Return the price of these items. Raise DraftEmpty, PriceOutOfRange or OrderOutOfRange."""
    if not items:
        raise DraftEmpty
    if not fees.delivery_fee_least <= delivery_fee <= fees.delivery_fee_most:
        raise _out_of_range(fees.delivery_fee_least, fees.delivery_fee_most, fees.currency)
    cost = sum(item.cost for item in items)
    currency = find_currency(fees.currency)
    share = basis_points_of(cost, fees.headroom_basis_points, currency.step)
    headroom = min(max(share, fees.headroom_least), fees.headroom_most)
    price = Price(
        currency=fees.currency,
        items=cost,
        shop_limit=cost + headroom,
        delivery_fee=delivery_fee,
        service_fee=fees.service_fee,
        tip=tip,
        platform_basis_points=fees.platform_basis_points,
    )
    maximum = min(fees.order_most, MAX_CHARGE)
    if tip < 0 or cost <= 0 or not currency.smallest_charge <= price.ceiling <= maximum:
        raise OrderOutOfRange(
            total=format_money(price.ceiling, fees.currency), most=format_money(maximum, fees.currency)
        )
    return price


def _out_of_range(minimum: int, maximum: int, currency: str) -> PriceOutOfRange:
    return PriceOutOfRange(least=format_money(minimum, currency), most=format_money(maximum, currency))


def split_receipt(price: Price, receipt: int) -> Split:
    """Split the total of this receipt (minor units). The runner gets the remainder after the platform's part.

    Raise ReceiptAboveLimit when it exceeds the shop limit: only a new confirmation of the customer allows that.
    Raise ReceiptTooSmall when it is zero, or when the total is below Stripe's minimum charge.
    """
    if receipt > price.shop_limit:
        raise ReceiptAboveLimit(limit=format_money(price.shop_limit, price.currency))
    currency = find_currency(price.currency)
    least = max(currency.step, currency.smallest_charge - price.fees_and_tip)
    if receipt < least:
        raise ReceiptTooSmall(least=format_money(least, price.currency))
    total = receipt + price.fees_and_tip
    return Split(total=total, platform=price.platform_part, runner=total - price.platform_part)
