"""The parsing of typed items: dishes of the menu by name, anything else with its price."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.campuses.campus import MenuItem
from domain.errors import Unreadable
from domain.orders.drafts.draft import normalize_line
from domain.orders.pricing import MAX_ITEMS, MAX_PIECES_PER_ITEM, Item, read_item

_QUANTITY_AND_NAME = re.compile(r"(\d{1,2})\s?[x×*]?\s?(.+)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedItems:
    """The items of a text whose lines could all be read."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class UnparsedLine:
    """The first line that could not be read."""

    line: str


def parse_items(typed: str, menu: Sequence[MenuItem], currency: str) -> ParsedItems | UnparsedLine:
    """Return the items of the typed lines, or the first line that is no item or comes after MAX_ITEMS items."""
    dishes = {dish.name.lower(): dish for dish in menu}
    items: list[Item] = []
    for line in (line.strip() for line in typed.splitlines()):
        if not line:
            continue
        item = _parse_line(line, dishes, currency) if len(items) < MAX_ITEMS else None
        if item is None:
            return UnparsedLine(normalize_line(line))
        items.append(item)
    return ParsedItems(tuple(items)) if items else UnparsedLine(normalize_line(typed))


def looks_like_item(line: str, currency: str) -> bool:
    """Return whether a line ends in what can only be a price: `milo 1.80` does, `Lab 4` does not."""
    last_word = line.split(" ")[-1]
    has_currency_sign, has_decimals = not last_word[:1].isdigit(), re.search(r"[.,]\d\d?$", last_word) is not None
    return (has_currency_sign or has_decimals) and _parse_priced_item(line, currency) is not None


def _parse_line(line: str, dishes: dict[str, MenuItem], currency: str) -> Item | None:
    return _parse_menu_item(line, dishes) or _parse_priced_item(line, currency)


def _parse_menu_item(line: str, dishes: dict[str, MenuItem]) -> Item | None:
    """Return the item of a line like `2x laksa`, with the price of the menu."""
    normalized = " ".join(line.lower().split())
    dish = dishes.get(normalized)
    if dish is not None:
        return Item(name=dish.name, quantity=1, price=dish.price)
    match = _QUANTITY_AND_NAME.fullmatch(normalized)
    dish = None if match is None else dishes.get(match[2])
    if match is None or dish is None or not 1 <= int(match[1]) <= MAX_PIECES_PER_ITEM:
        return None
    return Item(name=dish.name, quantity=int(match[1]), price=dish.price)


def _parse_priced_item(line: str, currency: str) -> Item | None:
    try:
        return read_item(line, currency)
    except Unreadable:
        return None
