"""What is offered before anybody chooses, on campuses of several currencies."""

from dataclasses import replace

import pytest

from domain.campus import Campus, MenuItem
from domain.offers import fitting_fee, suggested_fees, tips
from domain.pricing import Item
from domain.reorder import renew
from tests.words.showcase import CAMPUS


def campus(*suggestions: int, least: int = 50, most: int = 2000) -> Campus:
    """A campus with these suggestions, and bids allowed within a range."""
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
        ((500_000,), (130, 250, 500)),  # out of range, so the least bid counts
        ((), (130, 250, 500)),
    ],
)
def test_tips_are_round_parts_of_the_usual_fee(suggestions: tuple[int, ...], offered: tuple[int, ...]) -> None:
    least = 500 if suggestions in ((), (500_000,)) else 1
    assert tips(campus(*suggestions, least=least)) == offered


def test_where_bringing_costs_nothing_no_tip_is_offered() -> None:
    assert tips(campus(least=0)) == ()


def test_a_basket_begins_with_the_former_fee_while_it_fits() -> None:
    here = campus(300, 150, 200, 9000)
    assert suggested_fees(here) == (150, 200, 300)
    assert [fitting_fee(here, former) for former in (None, 777, 49, 2001)] == [200, 777, 200, 200]
    assert fitting_fee(campus(), None) is None


def test_an_order_is_renewed_with_the_prices_and_dishes_of_now() -> None:
    rice, laksa, typed = (Item(name=name, quantity=2, price=400) for name in ("rice", "laksa", "kopi, no sugar"))
    menu = [MenuItem(id=1, name="rice", price=450)]
    renewed = renew((rice, laksa, typed), menu, {"laksa"})
    assert renewed.items == (replace(rice, price=450), typed)
    assert renewed.gone == ("laksa",)
    assert renewed.repriced == (replace(rice, price=450),)
    assert renew((rice,), menu, {"rice"}).gone == ()  # put aside once, and back under the same name
