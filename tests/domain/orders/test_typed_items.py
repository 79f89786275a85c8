"""Tests of typed lines: they become items or a refusal, also hostile ones, within a limited time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customer.draft.item_parsing import ParsedItems, UnparsedLine, parse_items
from domain.orders.pricing import MAX_ITEM_NAME_LENGTH, MAX_ITEMS, MAX_PIECES_PER_ITEM, Item

MAX_SECONDS = 0.25  # CPU time that one typed message may cost


@pytest.mark.parametrize(
    ("typed", "item"),
    [
        ("2x chicken rice 4.50", Item(name="chicken rice", quantity=2, price=450)),
        ("chicken rice 4,50", Item(name="chicken rice", quantity=1, price=450)),
        ("3 × laksa S$5.5", Item(name="laksa", quantity=3, price=550)),
        ("3*laksa: 5.50", Item(name="laksa", quantity=3, price=550)),
        ("kopi @ 1.40", Item(name="kopi", quantity=1, price=140)),
        ("kopi - 1.40", Item(name="kopi", quantity=1, price=140)),
        ("7up 2", Item(name="7up", quantity=1, price=200)),
        ("2 X 7up 2", Item(name="7up", quantity=2, price=200)),
        ("laksa    5.50", Item(name="laksa", quantity=1, price=550)),
        ("chicken\trice\t4.50", Item(name="chicken rice", quantity=1, price=450)),
        ("laksa\u00a05.50", Item(name="laksa", quantity=1, price=550)),
        ("nasi <b>lemak</b> & egg 6", Item(name="nasi <b>lemak</b> & egg", quantity=1, price=600)),
        ("🍜 5", Item(name="🍜", quantity=1, price=500)),
        ("شاورما 7.50", Item(name="شاورما", quantity=1, price=750)),
    ],
)
def test_the_ways_people_write_an_item(typed: str, item: Item) -> None:
    assert parse_items(typed, (), "sgd") == ParsedItems((item,))


def test_lines_become_items_in_their_order_and_empty_ones_nothing() -> None:
    parsed = parse_items("\n  2x rice 4.50 \r\n\n tea 1\n", (), "sgd")
    assert isinstance(parsed, ParsedItems)
    assert [(item.name, item.quantity, item.cost) for item in parsed.items] == [("rice", 2, 900), ("tea", 1, 100)]


@pytest.mark.parametrize(
    "typed",
    [
        *("", "\n\n", "rice", "4.50", "rice free", "0x rice 4", "rice 0", "rice 0.00", "rice -1", "rice 1e3"),
        *("rice 4.505", "<script>", "100x rice 4", "rice 4.50 each", "rice 4.50\nnonsense"),
        "x" * (MAX_ITEM_NAME_LENGTH + 1) + " 4.50",
        "rice 4.50\n" * (MAX_ITEMS + 1),
        "rice 4.50\n" * 10_000,
        *("x" * 4_096, " " * 4_096, "\u202e" * 4_096, "🍜" * 2_048, "4.50 " * 819),
        *("rice\x00 4.50", "ri\x1bce 4.50", "rice\x7f 4.50", "\ud800 4.50"),
    ],
)
def test_what_is_no_list_of_items_is_refused(typed: str) -> None:
    assert isinstance(parse_items(typed, (), "sgd"), UnparsedLine)


def test_the_first_line_that_is_no_item_or_one_too_many_is_named() -> None:
    assert parse_items("rice 4.50\n  no  price \nnor this", (), "sgd") == UnparsedLine("no price")
    lines = [f"dish{number} 4.50" for number in range(MAX_ITEMS + 2)]
    assert parse_items("\n".join(lines), (), "sgd") == UnparsedLine(lines[MAX_ITEMS])


@pytest.mark.parametrize(
    "typed",
    [
        "a" + " " * 4_092 + "b c",
        "a" + "\t" * 4_092 + "b c",
        "9" * 4_000 + " x",
        "2x" + " " * 4_000 + "y z",
        "a " * 2_048,
        "a - " * 1_024,
        "a" + " :" * 2_000 + " x",
        "\n".join(["a" + " " * 400 + "b c"] * 10),
    ],
)
def test_no_message_takes_long_to_parse(typed: str) -> None:
    began = time.process_time()
    assert isinstance(parse_items(typed, (), "sgd"), UnparsedLine)
    assert time.process_time() - began < MAX_SECONDS


@given(typed=st.text(max_size=200))
def test_any_text_is_a_list_of_valid_items_or_a_refusal(typed: str) -> None:
    parsed = parse_items(typed, (), "sgd")
    if isinstance(parsed, UnparsedLine):
        return
    assert 1 <= len(parsed.items) <= MAX_ITEMS
    for item in parsed.items:
        assert 1 <= item.quantity <= MAX_PIECES_PER_ITEM
        assert 1 <= len(item.name) <= MAX_ITEM_NAME_LENGTH
        assert item.price > 0


@given(
    name=st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=MAX_ITEM_NAME_LENGTH),
    quantity=st.integers(min_value=1, max_value=MAX_PIECES_PER_ITEM),
    price=st.integers(min_value=1, max_value=99_999_999),
)
def test_an_item_that_is_written_out_is_read_as_itself(name: str, quantity: int, price: int) -> None:
    typed = f"{quantity}x {name} {price // 100}.{price % 100:02d}"
    assert parse_items(typed, (), "sgd") == ParsedItems((Item(name=name, quantity=quantity, price=price),))
