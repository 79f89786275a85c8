"""Cards at the door: what may be left and when, where it was left, how one writes to the other, what is folded."""

from dataclasses import replace
from typing import Any

import pytest

from domain.buttons import Style, Tap, unpack
from domain.cards import Card, CardKind, draw
from domain.order import WITH_RUNNER, OrderStatus
from domain.pricing import Item
from tests.words.showcase import ANA, MEI, at

S = OrderStatus


def runner(status: OrderStatus, **order: Any) -> Card:
    view = at(status, viewer=ANA)
    return draw(CardKind.RUNNER, replace(view, order=replace(view.order, **order)), "en")


def customer(status: OrderStatus, **order: Any) -> Card:
    view = at(status, viewer=MEI)
    return draw(CardKind.CUSTOMER, replace(view, order=replace(view.order, **order)), "en")


def taps(card: Card) -> list[Tap]:
    return [unpack(button.data).tap for row in card.rows for button in row if button.data is not None]


def test_food_is_left_only_once_that_is_allowed_and_the_card_says_first_what_it_means() -> None:
    assert taps(runner(S.ARRIVED)) == []
    card = draw(CardKind.RUNNER, replace(at(S.ARRIVED, viewer=ANA), may_leave=True), "en")
    assert taps(card) == [Tap.LEAVE]
    assert card.rows[0][0].style is Style.DANGER
    assert "leave it at Hall 3, room 412" in card.text
    assert "counts as delivered" in card.text
    assert "type it here" in card.text, "the PIN does it still"


def test_after_five_wrong_pins_the_card_asks_for_no_sixth() -> None:
    view = at(S.ARRIVED, viewer=ANA)
    locked = replace(view, order=replace(view.order, pin_tries=5), may_leave=True)
    card = draw(CardKind.RUNNER, locked, "en")
    assert "none counts any more" in card.text
    assert "type it here" not in card.text
    assert taps(card) == [Tap.LEAVE]


def test_after_five_wrong_pins_the_customer_reads_no_pin_and_what_happens_now() -> None:
    text = customer(S.ARRIVED, pin_tries=5).text
    assert "4817" not in text
    assert "does not count any more" in text


def test_the_customer_reads_that_her_food_may_be_left_and_later_where_it_was() -> None:
    card = draw(CardKind.CUSTOMER, replace(at(S.ARRIVED), may_leave=True), "en")
    assert "may leave it there" in card.text
    assert "4817" in card.text
    left = customer(S.COMPLETED, proof_photo="p", receipt_photo="r")
    assert "Left here, with a photo: <b>Hall 3, room 412</b>" in left.text
    assert {Tap.SEE_PHOTO, Tap.SEE_RECEIPT} < set(taps(left))
    assert len(left.rows) <= 2
    assert not {Tap.SEE_PHOTO, Tap.SEE_RECEIPT} & set(taps(customer(S.COMPLETED)))


@pytest.mark.parametrize("status", sorted(WITH_RUNNER))
def test_both_cards_say_how_to_write_to_the_other(status: OrderStatus) -> None:
    assert "Reply to this card to write to Ana" in customer(status).text
    assert "Reply to this card to write to Mei" in runner(status).text
    assert Tap.PROBLEM in taps(customer(status)), "the way to the campus team"


@pytest.mark.parametrize("status", sorted(set(OrderStatus) - WITH_RUNNER))
def test_nobody_is_offered_to_write_to_nobody(status: OrderStatus) -> None:
    assert "Reply to this card" not in customer(status).text + runner(status).text


def test_more_than_three_things_are_folded() -> None:
    few, many = [tuple(Item(name="a <b>", quantity=1, price=100) for _ in range(each)) for each in (3, 4)]
    for draws in (customer, runner):
        assert "<blockquote" not in draws(S.ACCEPTED, items=few).text
        listed = "\n".join(["1 × a &lt;b&gt;"] * 4)
        assert f"<blockquote expandable>{listed}</blockquote>" in draws(S.ACCEPTED, items=many).text
