"""Orders and their items as rows, and back."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.database.rows import RowValues
from domain.orders.pricing import Item, Price
from domain.orders.states import Bearer, Order, OrderStatus

_PRICE = ("currency", "shop_limit", "delivery_fee", "service_fee", "tip", "platform_basis_points")


_ORDER_CONVERTED = ("status", "items", "price", "borne_by")


def items_from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[Item, ...]:
    return tuple(Item(name=line["name"], quantity=line["quantity"], price=line["price"]) for line in stored)


def items_to_json(items: Sequence[Item]) -> list[dict[str, str | int]]:
    return [{"name": item.name, "quantity": item.quantity, "price": item.price} for item in items]


def order_from_row(row: RowValues) -> Order:
    plain = {name: row[name] for name in Order.__slots__ if name not in _ORDER_CONVERTED}
    price = Price(items=row["items_cost"], **{name: row[name] for name in _PRICE})
    borne_by = None if row["borne_by"] is None else Bearer(row["borne_by"])
    items = items_from_json(row["items"])
    return Order(status=OrderStatus(row["status"]), items=items, price=price, borne_by=borne_by, **plain)


def price_columns(price: Price) -> dict[str, str | int]:
    """Return the columns that keep an offer's price on an order."""
    columns: dict[str, str | int] = {name: getattr(price, name) for name in _PRICE}
    return columns | {"items_cost": price.items, "ceiling": price.ceiling}
