"""Repeating an order: which of its items can still be had, and at which prices."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from domain.campuses.campus import MenuItem
from domain.orders.pricing import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class RepricedItems:
    """The items of a former order at today's prices (minor units)."""

    items: tuple[Item, ...]
    unavailable: tuple[str, ...]
    repriced: tuple[Item, ...]


def reprice_items(items: Sequence[Item], menu: Sequence[MenuItem], discontinued: Collection[str]) -> RepricedItems:
    """Return the items at today's prices, without discontinued ones. An item that was typed keeps its price."""
    prices = {dish.name: dish.price for dish in menu}
    unavailable = tuple(item.name for item in items if item.name in discontinued and item.name not in prices)
    kept = [item for item in items if item.name not in unavailable]
    renewed = tuple(replace(item, price=prices.get(item.name, item.price)) for item in kept)
    repriced = tuple(now for now, before in zip(renewed, kept, strict=True) if now.price != before.price)
    return RepricedItems(items=renewed, unavailable=unavailable, repriced=repriced)
