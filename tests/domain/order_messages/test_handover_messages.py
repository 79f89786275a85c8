"""Tests of order messages during the hand-over: leaving the food, writing to the other side, folded items."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.messaging.buttons import ButtonStyle, Tap
from domain.messaging.order_message import OrderMessageKind as Kind
from domain.orders.pricing import Item
from domain.orders.sagas.pay_delay import PayDelay
from domain.orders.states import STATUSES_WITH_RUNNER, OrderStatus
from domain.payouts.model import PayoutStatus
from tests.domain.order_messages.sample_orders import (
    ANA,
    PAYABLE,
    button_taps,
    customer_message,
    render,
    runner_message,
    view_at,
)

Status = OrderStatus


def test_food_is_left_only_once_that_is_allowed_and_the_order_message_says_first_what_it_means() -> None:
    assert button_taps(runner_message(Status.ARRIVED)) == set()
    content = render(Kind.RUNNER, replace(view_at(Status.ARRIVED, viewer=ANA), can_leave_food=True))
    assert button_taps(content) == {Tap.LEAVE}
    assert content.rows[0][0].style is ButtonStyle.DANGER
    assert "leave it at <i>Hall 3, room 412</i>" in content.text
    assert "counts as delivered" in content.text
    assert "type it here" in content.text, "the PIN does it still"


def test_after_five_wrong_pins_the_order_message_asks_for_no_sixth() -> None:
    may_leave = replace(view_at(Status.ARRIVED, viewer=ANA), can_leave_food=True)
    content = render(Kind.RUNNER, may_leave, pin_tries=5)
    assert "none counts any more" in content.text
    assert "type it here" not in content.text
    assert button_taps(content) == {Tap.LEAVE}


def test_after_five_wrong_pins_the_customer_reads_no_pin_and_what_happens_now() -> None:
    text = customer_message(Status.ARRIVED, pin_tries=5).text
    assert "4817" not in text
    assert "does not count any more" in text


def test_the_customer_reads_that_the_food_may_be_left_and_later_where_it_was() -> None:
    content = render(Kind.CUSTOMER, replace(view_at(Status.ARRIVED), can_leave_food=True))
    assert "may leave it there" in content.text
    assert "4817" in content.text
    left = customer_message(Status.COMPLETED, proof_photo="p", receipt_photo="r")
    assert "Left here, with a photo: <b><i>Hall 3, room 412</i></b>" in left.text
    assert {Tap.SEE_PHOTO, Tap.SEE_RECEIPT} < button_taps(left)
    assert len(left.rows) <= 2
    assert not {Tap.SEE_PHOTO, Tap.SEE_RECEIPT} & button_taps(customer_message(Status.COMPLETED))


@pytest.mark.parametrize("status", sorted(STATUSES_WITH_RUNNER))
def test_both_order_messages_say_how_to_write_to_the_other(status: OrderStatus) -> None:
    assert "Reply to this card to write to <i>Ana</i>" in customer_message(status).text
    assert "Reply to this card to write to <i>Mei</i>" in runner_message(status).text
    assert Tap.PROBLEM in button_taps(customer_message(status)), "the way to the campus team"


@pytest.mark.parametrize("status", sorted(set(OrderStatus) - STATUSES_WITH_RUNNER))
def test_no_order_message_offers_to_write_while_there_is_no_other_side(status: OrderStatus) -> None:
    assert "Reply to this card" not in customer_message(status).text + runner_message(status).text


def test_more_than_three_things_are_folded() -> None:
    few, many = [tuple(Item(name="a <b>", quantity=1, price=100) for _ in range(each)) for each in (3, 4)]
    for draws in (customer_message, runner_message):
        assert "<blockquote expandable>" not in draws(Status.ACCEPTED, items=few).text
        listed = "\n".join(["1 × <i>a &lt;b&gt;</i>"] * 4)
        assert f"<blockquote expandable>{listed}</blockquote>" in draws(Status.ACCEPTED, items=many).text


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (PayDelay.LEFT, "without the PIN"),
        (PayDelay.FINISHED, "the campus team's word"),
        (PayDelay.UNPAID, "was not charged"),
        (PayDelay.CLOSED, "closed the job"),
        (PayDelay.NO_RECEIPT, "above the estimate and has no photo"),
    ],
)
def test_the_runner_reads_until_when_their_pay_waits_and_why(reason: PayDelay, said: str) -> None:
    """Nothing is to be set up for it; an open case is named in place of the reason."""
    until = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
    waits = replace(PAYABLE, status=PayoutStatus.OPEN, transfer=None, held_until=until, held_for=reason)
    view = replace(view_at(Status.COMPLETED, viewer=ANA), payable=waits)
    content = render(Kind.RUNNER, view)
    assert "goes out on" in content.text
    assert "Tue 14:05" in content.text
    assert said in content.text
    assert Tap.SET_UP_PAYOUT not in button_taps(content)
    disputed = render(Kind.RUNNER, replace(view, open_case=3))
    assert "your customer reported a problem" in disputed.text


def test_a_runner_with_a_locked_pin_reads_from_when_on_the_food_may_be_left() -> None:
    view = view_at(Status.ARRIVED, viewer=ANA)
    locked = replace(view, order=replace(view.order, pin_tries=5), leave_from=datetime(2026, 11, 23, 5, 0, tzinfo=UTC))
    content = render(Kind.RUNNER, locked)
    assert "a new PIN" in content.text
    assert "13:00" in content.text
    assert button_taps(content) == set()


@pytest.mark.parametrize("status", [Status.PLACED, Status.COMPLETED])
def test_the_customer_reads_that_a_receipt_well_above_the_estimate_has_no_photo(status: OrderStatus) -> None:
    usual = view_at(status).order.price.items * 11 // 10
    said = "sent no photo of the receipt"
    assert said in customer_message(status, receipt=usual + 1, total=usual + 300, receipt_photo=None).text
    assert said not in customer_message(status, receipt=usual, total=usual + 300, receipt_photo=None).text
    assert said not in customer_message(status, receipt=usual + 1, total=usual + 300, receipt_photo="r").text
