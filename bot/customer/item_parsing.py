"""The parsing of typed items: dishes of the menu by name, anything else with its price."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.campus import MenuItem
from domain.draft import normalize_line
from domain.errors import Unreadable
from domain.pricing import MAX_ITEMS, MAX_PIECES_PER_ITEM, Item, read_item

_QUANTITY = re.compile(r"(\d{1,2})\s?[x×*]?\s?(.+)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedItems:
    """The items of the text: every line was read."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class UnparsedLine:
    """The first line that could not be read."""

    line: str


def parse_items(typed: str, menu: Sequence[MenuItem], currency: str) -> ParsedItems | UnparsedLine:
    """Return the items of typed lines, or the first unread line; a line after the most items counts as unread."""
    prices = {dish.name.lower(): dish for dish in menu}
    items: list[Item] = []
    for line in (line.strip() for line in typed.splitlines()):
        if not line:
            continue
        item = _parse_line(line, prices, currency) if len(items) < MAX_ITEMS else None
        if item is None:
            return UnparsedLine(normalize_line(line))
        items.append(item)
    return ParsedItems(tuple(items)) if items else UnparsedLine(normalize_line(typed))


def looks_like_item(line: str, currency: str) -> bool:
    """Return whether a line ends in what can only be a price: `milo 1.80` does, `Lab 4` does not."""
    price = line.split(" ")[-1]
    marked = price[:1].isdigit() is False or re.search(r"[.,]\d\d?$", price) is not None
    return marked and _parse_priced_item(line, currency) is not None


def _parse_line(line: str, menu: dict[str, MenuItem], currency: str) -> Item | None:
    return _parse_menu_item(line, menu) or _parse_priced_item(line, currency)


def _parse_menu_item(line: str, menu: dict[str, MenuItem]) -> Item | None:
    """Return the item of a line like `2x laksa`, with the price of the menu."""
    plain = " ".join(line.lower().split())
    dish = menu.get(plain)
    if dish is not None:
        return Item(name=dish.name, quantity=1, price=dish.price)
    found = _QUANTITY.fullmatch(plain)
    dish = None if found is None else menu.get(found[2])
    if found is None or dish is None or not 1 <= int(found[1]) <= MAX_PIECES_PER_ITEM:
        return None
    return Item(name=dish.name, quantity=int(found[1]), price=dish.price)


def _parse_priced_item(line: str, currency: str) -> Item | None:
    try:
        return read_item(line, currency)
    except Unreadable:
        return None
