"""Tests of the suggested fees and tips, on campuses of several currencies."""

from dataclasses import replace

import pytest

from domain.campuses.campus import Campus, MenuItem
from domain.campuses.fee_suggestions import initial_delivery_fee, suggested_fees, suggested_tips
from domain.orders.drafts.repricing import reprice_items
from domain.orders.pricing import Item
from tests.domain.order_messages.sample_orders import CAMPUS


def campus_with_fees(*suggestions: int, least: int = 50, most: int = 2000) -> Campus:
    """A campus with these suggestions, and fees allowed within a range."""
    fees = replace(CAMPUS.fees, delivery_fee_least=least, delivery_fee_most=most)
    return replace(CAMPUS, fees=fees, fee_suggestions=suggestions)


@pytest.mark.parametrize(
    ("suggestions", "offered"),
    [
        ((150, 200, 300), (50, 100, 200)),  # S$2.00 is the middle one
        ((200, 300), (50, 100, 200)),
        ((150,), (40, 80, 150)),  # whole steps of ten
        ((4,), (1, 2, 4)),
        ((3,), (1, 3)),
        ((500_000,), (130, 250, 500)),  # out of range, so the smallest fee counts
        ((), (130, 250, 500)),
    ],
)
def test_tips_are_round_parts_of_the_usual_fee(suggestions: tuple[int, ...], offered: tuple[int, ...]) -> None:
    least = 500 if suggestions in ((), (500_000,)) else 1
    assert suggested_tips(campus_with_fees(*suggestions, least=least)) == offered


def test_without_a_fee_no_tip_is_offered() -> None:
    assert suggested_tips(campus_with_fees(least=0)) == ()


def test_a_basket_starts_with_the_former_fee_while_it_fits() -> None:
    here = campus_with_fees(300, 150, 200, 9000)
    assert suggested_fees(here) == (150, 200, 300)
    assert [initial_delivery_fee(here, former) for former in (None, 777, 49, 2001)] == [200, 777, 200, 200]
    assert initial_delivery_fee(campus_with_fees(), None) is None


def test_an_order_is_repeated_with_current_prices_and_items() -> None:
    rice, laksa, typed = (Item(name=name, quantity=2, price=400) for name in ("rice", "laksa", "kopi, no sugar"))
    menu = [MenuItem(id=1, name="rice", price=450)]
    renewed = reprice_items((rice, laksa, typed), menu, {"laksa"})
    assert renewed.items == (replace(rice, price=450), typed)
    assert renewed.unavailable == ("laksa",)
    assert renewed.repriced == (replace(rice, price=450),)
    assert reprice_items((rice,), menu, {"rice"}).unavailable == ()  # unavailable once, and back under the same name
