"""Typed item lines: dishes of the menu by name, anything else with its price. What is not clear is asked back.

A number before or behind a dish of the menu is how many. An amount with cents or a sign is a price: for one piece when
the number is marked (`2x`) or the price is (`each`, `@`), and for all with `for` or `total`. A price far from the
menu's is asked about, and `@` confirms it. No reading is guessed: of two that are possible, neither is taken.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from domain.campuses.campus import MenuItem
from domain.currencies import find_currency
from domain.orders.drafts.item_tokens import Kind, Token, number_of_word, read_tokens
from domain.orders.pricing import MAX_ITEM_NAME_LENGTH, MAX_ITEMS, MAX_PIECES_PER_ITEM, Item
from domain.typed import clean_name, clean_text, fold_name, is_shown, plain_digits

MAX_LINE_LENGTH = 200  # characters
_BULLET = re.compile(r"^(?:[-–—•·*+>]|\u2022)\s+")
_LISTED = re.compile(r"(\d{1,2})[.)]\s+", re.ASCII)
_ASKED = re.compile(
    r"^(?:(?:hi|hello|hey)[,!]?\s+)?"
    r"(?:(?:can|could|may) i (?:have|get)|i(?:'d| would) like|i want|i'll have|give me|get me)\s+",
    re.IGNORECASE,
)
_THANKED = re.compile(r"[\s,]+(?:please|pls|plz|thanks|thank you|thx|ty)[.!]*$", re.IGNORECASE)
_BETWEEN_ITEMS = re.compile(r"\s*;\s*|,\s+|,(?=\D)|\s+(?:and|plus|\+|&)\s+", re.IGNORECASE)


class Doubt(StrEnum):
    """Why a line was not taken: the sentence that asks back says it."""

    UNREADABLE = "unreadable"
    PRICE_MISSING = "price_missing"  # it is no dish of the menu, or there is none
    NUMBER_OR_PRICE = "number_or_price"  # `laksa 5`: five, or for 5.00
    EACH_OR_ALL = "each_or_all"  # `3 wings 4.50`
    FAR_FROM_MENU = "far_from_menu"


@dataclass(frozen=True, slots=True)
class ParsedItems:
    """The items of a text whose lines could all be read."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnparsedLine:
    """The first line that is not clear, and why; with what it may mean, as far as that is known."""

    line: str
    doubt: Doubt = Doubt.UNREADABLE
    name: str = ""
    quantity: int = 1
    price: int = 0  # minor units
    menu_price: int = 0  # minor units


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """A line taken apart: the dish or the name, and the tokens beside it."""

    name: str
    dish: MenuItem | None
    before: tuple[Token, ...]
    behind: tuple[Token, ...]

    def values(self, kind: Kind) -> list[int]:
        return [token.value for token in (*self.before, *self.behind) if token.kind is kind]

    def has(self, kind: Kind) -> bool:
        return any(token.kind is kind for token in (*self.before, *self.behind))


def parse_items(typed: str, menu: Sequence[MenuItem], currency: str) -> ParsedItems | UnparsedLine:
    """Return the items of the typed lines, or the first line that is not clear or comes after MAX_ITEMS items."""
    dishes = {fold_name(dish.name): dish for dish in menu}
    lines = [line.strip() for line in clean_text(typed).split("\n") if line.strip()]
    items: list[Item] = []
    for line in _without_numbering(lines[: MAX_ITEMS + 1]):
        found = parse_line(line, dishes, currency) if len(line) <= MAX_LINE_LENGTH else UnparsedLine(line=line)
        if isinstance(found, UnparsedLine):
            return found
        items += found
        if len(items) > MAX_ITEMS:
            return UnparsedLine(line=line)
    return ParsedItems(tuple(items)) if items else UnparsedLine(line=clean_name(typed, otherwise=""))


def _without_numbering(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines without their numbers, if these count them: `1. laksa` and `2. kopi` are one of each."""
    found = [_LISTED.match(line) for line in lines]
    counts = len(lines) > 1 and [int(each[1]) if each else 0 for each in found] == [*range(1, len(lines) + 1)]
    for line, number in zip(lines, found, strict=True):
        yield line[number.end() :] if counts and number is not None else line


def parse_line(line: str, dishes: Mapping[str, MenuItem], currency: str) -> Sequence[Item] | UnparsedLine:
    """Return the items of one cleaned line, mostly one; `dishes` are those of the menu by their folded names."""
    bare = _THANKED.sub("", _ASKED.sub("", _BULLET.sub("", line))).rstrip(" .!")
    listed = _LISTED.match(bare)
    if listed is not None:
        if int(listed[1]) != 1:  # `2) kopi`: the second thing, or two?
            return UnparsedLine(line=line)
        bare = bare[listed.end() :]
    whole = _parse_part(bare, dishes, currency)
    if isinstance(whole, Item) and fold_name(whole.name) in dishes:
        return (whole,)
    parts = [part for part in _BETWEEN_ITEMS.split(bare) if part]
    found = [_parse_part(part, dishes, currency) for part in parts] if 1 < len(parts) <= MAX_ITEMS else []
    items = [each for each in found if isinstance(each, Item)]
    if items and len(items) == len(found):
        return items
    if isinstance(whole, Item):  # `laksa and kopi 1.40` is not one thing where both are on the menu
        doubtful = next((each for each in found if isinstance(each, UnparsedLine)), None)
        is_several = any(fold_name(item.name) in dishes for item in items)
        return doubtful if doubtful is not None and is_several else (whole,)
    return whole


def _parse_part(line: str, dishes: Mapping[str, MenuItem], currency: str) -> Item | UnparsedLine:
    shown = UnparsedLine(line=line)
    if line[:1] in "-+":
        return shown
    dish = dishes.get(fold_name(line))
    if dish is not None:
        return Item(name=dish.name, quantity=1, price=dish.price)
    tokens = read_tokens(plain_digits(line), currency)
    parts = None if tokens is None else _take_apart(tokens, dishes)
    return shown if parts is None else _read_parts(line, parts, currency)


def _take_apart(tokens: Sequence[Token], dishes: Mapping[str, MenuItem]) -> _Parts | None:
    """Find the longest dish of the menu among the tokens, else take the words between the numbers as the name."""
    words = [place for place, token in enumerate(tokens) if token.kind is Kind.WORD]
    if not words:
        return None
    first, last = words[0], words[-1] + 1
    says_number = len(words) > 1 and number_of_word(tokens[first]) > 0  # `two laksa`, unless a dish begins with it
    first = words[1] if says_number else first
    for begin, end in _spans(len(tokens), words[0], last, first):
        dish = _find_dish(" ".join(token.typed for token in tokens[begin:end]), dishes)
        if dish is not None:
            return _Parts(name=dish.name, dish=dish, before=_counted(tokens[:begin]), behind=tuple(tokens[end:]))
    inside = tokens[first:last]
    if any(token.kind in (Kind.MONEY, Kind.QUANTITY, Kind.CONFIRMED) for token in inside):
        return None
    name = clean_name(" ".join(token.typed for token in inside), otherwise="")
    return _Parts(name=name, dish=None, before=_counted(tokens[:first]), behind=tuple(tokens[last:]))


def _spans(length: int, first: int, last: int, counted: int) -> Sequence[tuple[int, int]]:
    """Return the spans that hold all words, with up to two tokens more on each side, the longest first.

    `counted` is the first word behind a number in words.
    """
    begins = {*range(max(first - 2, 0), first + 1), counted}
    spans = [(begin, end) for begin in begins for end in range(last, min(length, last + 2) + 1)]
    return sorted(spans, key=lambda span: (span[0] - span[1], span[0]))


def _find_dish(name: str, dishes: Mapping[str, MenuItem]) -> MenuItem | None:
    folded = fold_name(name)
    dish = dishes.get(folded)
    if dish is None and folded.endswith("s"):
        dish = dishes.get(folded[:-1])
    return dish or dishes.get(f"{folded}s")


def _counted(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Return the tokens before a name; a number in words is a number."""
    return tuple(
        Token(Kind.NUMBER, token.typed, number_of_word(token)) if number_of_word(token) else token for token in tokens
    )


def _read_parts(line: str, parts: _Parts, currency: str) -> Item | UnparsedLine:
    """Decide how many, and for how much; ask back where two readings are possible."""
    amounts, quantities = parts.values(Kind.MONEY), parts.values(Kind.QUANTITY)
    numbers = parts.values(Kind.NUMBER)
    if not 0 < len(parts.name) <= MAX_ITEM_NAME_LENGTH or not is_shown(parts.name) or parts.has(Kind.WORD):
        return UnparsedLine(line=line)
    if not amounts and _multiplies_numbers(parts.behind):
        return UnparsedLine(line=line)
    if len(amounts) > 1 or len(quantities) > 1 or len(numbers) + len(quantities) + len(amounts) > 2:
        return UnparsedLine(line=line)
    if amounts:
        counts = [*quantities, *numbers]
        return _priced(line, parts, counts[0] if counts else 1, amounts[0], marked=bool(quantities))
    if not numbers:
        return _unpriced(line, parts, quantities[0] if quantities else 1)
    unit = 10 ** find_currency(currency).exponent
    if len(numbers) + len(quantities) == 2:  # `2 laksa 5`, `2x laksa 5`: the second number is the price
        is_around = any(token.kind is Kind.NUMBER for token in parts.before) and parts.behind
        if not quantities and not is_around:
            return UnparsedLine(line=line)
        return _priced(line, parts, (*quantities, *numbers)[0], numbers[-1] * unit, marked=bool(quantities))
    if parts.has(Kind.CONFIRMED) or parts.has(Kind.EACH):
        return _priced(line, parts, 1, numbers[0] * unit, marked=True)
    return _one_number(line, parts, numbers[0], unit)


def _multiplies_numbers(tokens: Sequence[Token]) -> bool:
    """Return whether a bare number stands before a marked one, as in `pizza 8 x 2`: either may be the price."""
    return any((one.kind, two.kind) == (Kind.NUMBER, Kind.QUANTITY) for one, two in pairwise(tokens))


def _one_number(line: str, parts: _Parts, number: int, unit: int) -> Item | UnparsedLine:
    """Read `laksa 2` and `2 laksa`: how many of a dish, unless the number may be its price."""
    price, is_before = number * unit, any(token.kind is Kind.NUMBER for token in parts.before)
    if parts.dish is None:
        if is_before:
            return UnparsedLine(line=line, doubt=Doubt.PRICE_MISSING, name=parts.name, quantity=number)
        if number > MAX_PIECES_PER_ITEM and unit == 1:
            return _priced(line, parts, 1, price, marked=True)
        return UnparsedLine(line=line, doubt=Doubt.NUMBER_OR_PRICE, name=parts.name, quantity=number, price=price)
    is_near = abs(price - parts.dish.price) <= max(unit // 2, parts.dish.price // 5)
    if number > MAX_PIECES_PER_ITEM:
        return _priced(line, parts, 1, price, marked=True)
    if number > 1 and is_near and not is_before:
        return UnparsedLine(line=line, doubt=Doubt.NUMBER_OR_PRICE, name=parts.name, quantity=number, price=price)
    return _unpriced(line, parts, number)


def _unpriced(line: str, parts: _Parts, quantity: int) -> Item | UnparsedLine:
    if parts.has(Kind.TOTAL) or parts.has(Kind.EACH) or parts.has(Kind.CONFIRMED):
        return UnparsedLine(line=line)
    if parts.dish is None:
        return UnparsedLine(line=line, doubt=Doubt.PRICE_MISSING, name=parts.name, quantity=quantity)
    return _item(line, parts, quantity, parts.dish.price)


def _priced(line: str, parts: _Parts, quantity: int, price: int, *, marked: bool) -> Item | UnparsedLine:
    """Read a price: of one, or of all; `marked` says that the number is marked as one, which makes the price each's."""
    each = parts.has(Kind.EACH) or parts.has(Kind.CONFIRMED)
    if (each and parts.has(Kind.TOTAL)) or not 1 <= quantity <= MAX_PIECES_PER_ITEM:
        return UnparsedLine(line=line)
    unit = price if quantity == 1 or each else _find_unit_price(parts, quantity, price, marked=marked)
    doubt = None if unit is not None else Doubt.EACH_OR_ALL
    if unit is not None and parts.dish is not None and _is_far(unit, parts.dish) and not parts.has(Kind.CONFIRMED):
        doubt = Doubt.FAR_FROM_MENU
    if unit is not None and doubt is None:
        return _item(line, parts, quantity, unit)
    return UnparsedLine(
        line=line,
        doubt=doubt or Doubt.EACH_OR_ALL,
        name=parts.name,
        quantity=quantity,
        price=price if unit is None else unit,
        menu_price=0 if parts.dish is None else parts.dish.price,
    )


def _find_unit_price(parts: _Parts, quantity: int, price: int, *, marked: bool) -> int | None:
    """Return the price of one where several are wanted; None when it may be that of all."""
    is_total_of_menu = parts.dish is not None and price == quantity * parts.dish.price
    if parts.has(Kind.TOTAL) or is_total_of_menu:
        return None if price % quantity else price // quantity
    if any(token.typed == "=" for token in parts.behind):
        return None
    is_menu_price = parts.dish is not None and not _is_far(price, parts.dish)
    return price if marked or is_menu_price else None


def _is_far(price: int, dish: MenuItem) -> bool:
    """Return whether a price is less than two thirds of the menu's, or more than half as much again."""
    return price * 3 < dish.price * 2 or price * 2 > dish.price * 3


def _item(line: str, parts: _Parts, quantity: int, price: int) -> Item | UnparsedLine:
    if not 1 <= quantity <= MAX_PIECES_PER_ITEM or price <= 0:
        return UnparsedLine(line=line)
    return Item(name=parts.name, quantity=quantity, price=price)


def looks_like_item(line: str, currency: str) -> bool:
    """Return whether a line ends in what can only be a price: `milo 1.80` does, `Lab 4` does not."""
    tokens = read_tokens(plain_digits(line), currency) or ()
    return len(tokens) > 1 and tokens[-1].kind is Kind.MONEY and any(token.kind is Kind.WORD for token in tokens)
