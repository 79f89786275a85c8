"""Typed lines become what their writer means, or are asked back: never something else, also hostile ones, and fast."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.campuses.campus import MenuItem
from domain.money import format_money, read_amount
from domain.orders.drafts.item_lines import Doubt, ParsedItems, UnparsedLine, looks_like_item, parse_items
from domain.orders.pricing import MAX_ITEM_NAME_LENGTH, MAX_ITEMS, MAX_PIECES_PER_ITEM, Item
from domain.typed import clean_name

MAX_SECONDS = 0.25  # CPU time that one typed message may cost
PRICES = {
    "Laksa": 550,
    "Kopi": 140,
    "Teh": 130,
    "Chicken rice": 420,
    "Mac & cheese": 650,
    "2 eggs": 120,
    "Eggs": 60,
    "Set 2": 800,
    "Nasi lemak": 350,
    "7up": 200,
    "Café latte": 400,
}
MENU = tuple(MenuItem(id=number, name=name, price=price) for number, (name, price) in enumerate(PRICES.items(), 1))
TABLE = Path(__file__).with_name("item_lines.txt")


def rows_of_table() -> Iterator[tuple[str, str]]:
    """Yield each line of the table with what it is."""
    for row in TABLE.read_text(encoding="utf-8").splitlines():
        if not row.startswith("#"):
            typed, _, meaning = row.rpartition(" | ")
            yield typed, meaning


def describe(found: ParsedItems | UnparsedLine) -> str:
    """What was read, as the table writes it."""
    if isinstance(found, UnparsedLine):
        return "?" if found.doubt is Doubt.UNREADABLE else f"? {found.doubt}"
    return " + ".join(f"{item.quantity} {item.name} {item.price / 100:.2f}" for item in found.items)


def test_the_table_has_two_hundred_ways_to_write_an_order() -> None:
    assert len({typed for typed, _ in rows_of_table()}) >= 200


@pytest.mark.parametrize(("typed", "meaning"), [*rows_of_table()])
def test_a_line_is_what_its_writer_means_or_is_asked_back(typed: str, meaning: str) -> None:
    assert describe(parse_items(typed, MENU, "sgd")) == meaning


@pytest.mark.parametrize(
    ("typed", "currency", "meaning"),
    [
        *(
            ("ramen 900", "jpy", "1 ramen 900"),
            ("ramen ¥900", "jpy", "1 ramen 900"),
            ("ramen 900円", "jpy", "1 ramen 900"),
        ),
        *(
            ("2x ramen 1,200", "jpy", "2 ramen 1200"),
            ("ramen 2", "jpy", "?"),
            ("pizza KRW 9,000", "krw", "1 pizza 9000"),
        ),
        *(("pizza 8 €", "eur", "1 pizza 800"), ("pizza 8,50€", "eur", "1 pizza 850"), ("2 pound cakes", "gbp", "?")),
    ],
)
def test_lines_in_other_currencies(typed: str, currency: str, meaning: str) -> None:
    found = parse_items(typed, (), currency)
    assert meaning == (
        "?"
        if isinstance(found, UnparsedLine)
        else " + ".join(f"{item.quantity} {item.name} {item.price}" for item in found.items)
    )


def test_lines_become_items_in_their_order_and_empty_ones_nothing() -> None:
    assert describe(parse_items("\n  2x rice 4.50 \r\n\n tea 1.00\n", MENU, "sgd")) == "2 rice 4.50 + 1 tea 1.00"
    assert (
        describe(parse_items("1. laksa\n2. kopi\n3. teh x2", MENU, "sgd")) == "1 Laksa 5.50 + 1 Kopi 1.40 + 2 Teh 1.30"
    )
    assert describe(parse_items("1. laksa\n3. kopi", MENU, "sgd")) == "?"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "\n\n", "\u200b", "rice 4.50\nnonsense", "rice 4.50\n" * (MAX_ITEMS + 1), "rice 4.50\n" * 10_000),
        "x" * (MAX_ITEM_NAME_LENGTH + 1) + " 4.50",
        *("x" * 4_096, " " * 4_096, "\u202e" * 4_096, "🍜" * 2_048, "4.50 " * 819, "laksa, " * 500, "laksa, " * 21),
        *("a" + " " * 4_092 + "b c", "a" + "\t" * 4_092 + "b c", "9" * 4_000 + " x", "2x" + " " * 4_000 + "y z"),
        *("a " * 2_048, "a - " * 1_024, "a" + " :" * 2_000 + " x", "\n".join(["a" + " " * 400 + "b c"] * 10)),
        *("1x" * 90 + " 4.50", "(((" * 60, "5.50" * 49, "x2" * 99, "and " * 49),
    ],
)
def test_what_is_no_list_of_items_is_asked_back_in_no_time(typed: str) -> None:
    began = time.process_time()
    assert isinstance(parse_items(typed, MENU, "sgd"), UnparsedLine)
    assert time.process_time() - began < MAX_SECONDS


@given(typed=st.text(max_size=200) | st.text("laksa kopi 2x*@.,5&-()\n", max_size=60))
def test_any_text_is_a_list_of_valid_items_or_is_asked_back(typed: str) -> None:
    found = parse_items(typed, MENU, "sgd")
    if isinstance(found, UnparsedLine):
        return
    assert 1 <= len(found.items) <= MAX_ITEMS
    for item in found.items:
        assert 1 <= item.quantity <= MAX_PIECES_PER_ITEM
        assert 1 <= len(item.name) <= MAX_ITEM_NAME_LENGTH
        assert item.price > 0
        assert clean_name(item.name, otherwise="") == item.name


@given(
    name=st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=2, max_size=MAX_ITEM_NAME_LENGTH),
    quantity=st.integers(min_value=1, max_value=MAX_PIECES_PER_ITEM),
    price=st.integers(min_value=1, max_value=99_999_999),
)
def test_an_item_that_is_written_out_is_read_as_itself(name: str, quantity: int, price: int) -> None:
    name = clean_name(f"dish {name}", otherwise="dish")
    assume(len(name) <= MAX_ITEM_NAME_LENGTH)
    found = parse_items(f"{quantity}x {name} {format_money(price, 'sgd')}", (), "sgd")
    assert found == ParsedItems((Item(name=name, quantity=quantity, price=price),))


@given(
    dish=st.sampled_from(MENU),
    quantity=st.integers(1, MAX_PIECES_PER_ITEM),
    form=st.sampled_from(
        ["{n}x {d}", "{n} x {d}", "{d} x{n}", "{d} x {n}", "{n} × {d}", "{d} ({n})", "{n}*{d}", "{d} {n} pcs"]
    ),
)
def test_a_marked_number_beside_a_dish_is_how_many(dish: MenuItem, quantity: int, form: str) -> None:
    found = parse_items(form.format(n=quantity, d=dish.name.upper()), MENU, "sgd")
    has_number = any(each.isdecimal() for each in dish.name)  # `1*2 eggs` and `set 2 2 pcs` may be asked back
    is_asked_back = has_number and isinstance(found, UnparsedLine)
    assert is_asked_back or found == ParsedItems((Item(name=dish.name, quantity=quantity, price=dish.price),))


@given(dish=st.sampled_from(MENU), price=st.integers(1, 5_000), quantity=st.integers(1, 20))
def test_a_typed_price_of_a_dish_is_near_the_menu_or_asked_about(dish: MenuItem, price: int, quantity: int) -> None:
    """No item of a dish ever costs less than two thirds of the menu's price without an @ that says so."""
    found = parse_items(f"{quantity} {dish.name} {price / 100:.2f}", MENU, "sgd")
    if isinstance(found, ParsedItems):
        (item,) = found.items
        assert (item.name, item.quantity) == (dish.name, quantity)
        assert item.price * 3 >= dish.price * 2
        assert item.price * 2 <= dish.price * 3
        assert item.price in (price, price // quantity)


@pytest.mark.parametrize(
    ("line", "is_item"),
    [
        ("milo 1.80", True),
        ("milo S$2", True),
        ("Lab 4", False),
        ("room 412", False),
        ("1.80", False),
        ("Hall 3", False),
    ],
)
def test_a_line_for_a_place_that_ends_in_a_price_looks_like_food(line: str, *, is_item: bool) -> None:
    assert looks_like_item(line, "sgd") is is_item


def test_the_prices_of_the_table_are_those_of_the_menu() -> None:
    head = TABLE.read_text(encoding="utf-8").split("Menu: ")[1].split(". The currency")[0].replace("\n# ", " ")
    listed = [line.rpartition(" ") for line in head.split(", ")]
    assert {name: read_amount(price, "sgd") for name, _, price in listed} == PRICES
