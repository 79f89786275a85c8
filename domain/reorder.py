"""An order once more: what became of its dishes and their prices since."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from domain.campus import MenuItem, Store
from domain.pricing import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAssortment:
    """A listed store as it is now, with what it used to sell."""

    store: Store
    active: bool
    discontinued: frozenset[str]  # dishes that are not on the menu any more


@dataclass(frozen=True, slots=True, kw_only=True)
class RepricedItems:
    """Former items at the prices of now (minor units)."""

    items: tuple[Item, ...]
    unavailable: tuple[str, ...]
    repriced: tuple[Item, ...]


def reprice_items(items: Sequence[Item], menu: Sequence[MenuItem], discontinued: Collection[str]) -> RepricedItems:
    """What can be had again; a dish that was typed is on no menu and stays as it was."""
    prices = {dish.name: dish.price for dish in menu}
    unavailable = tuple(item.name for item in items if item.name in discontinued and item.name not in prices)
    kept = [item for item in items if item.name not in unavailable]
    renewed = tuple(replace(item, price=prices.get(item.name, item.price)) for item in kept)
    repriced = tuple(now for now, before in zip(renewed, kept, strict=True) if now.price != before.price)
    return RepricedItems(items=renewed, unavailable=unavailable, repriced=repriced)
