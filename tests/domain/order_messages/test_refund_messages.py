"""Tests of order messages after a refund or during a dispute: each reader reads what is true for them."""

from dataclasses import replace

import pytest

from domain.messaging.order_message import OrderMessageKind
from domain.order_messages.render import render_order_message
from domain.orders.states import OrderStatus
from domain.payouts.model import Payable, PayoutStatus
from tests.domain.order_messages.sample_orders import ANA, PAYABLE, view_at

OWED = replace(PAYABLE, status=PayoutStatus.OPEN, transfer=None)


def test_the_customer_reads_what_came_back_and_nothing_while_nothing_did() -> None:
    view = view_at(OrderStatus.COMPLETED)
    assert "Refunded" not in render_order_message(OrderMessageKind.CUSTOMER, view, "en").text
    assert (
        "Refunded: <b>S$2.00</b>"
        in render_order_message(OrderMessageKind.CUSTOMER, replace(view, refunded=200), "en").text
    )


@pytest.mark.parametrize(
    ("payable", "said"),
    [
        (replace(OWED, withheld=100), f"Your S${(PAYABLE.amount - 100) / 100:.2f} is safe"),
        (replace(PAYABLE, withheld=100, sent=PAYABLE.amount - 100), "S$1.00 of your pay went back"),
        (replace(OWED, status=PayoutStatus.ANNULLED, withheld=PAYABLE.amount), "Nothing is left to send"),
        (replace(OWED, frozen=True), "bank disputes the payment"),
    ],
)
def test_the_runner_reads_what_they_are_owed_and_what_it_waits_for(payable: Payable, said: str) -> None:
    view = replace(view_at(OrderStatus.COMPLETED, viewer=ANA), payable=payable)
    assert said in render_order_message(OrderMessageKind.RUNNER, view, "en").text


def test_while_a_bank_decides_there_is_nothing_for_the_runner_to_set_up() -> None:
    view = replace(view_at(OrderStatus.COMPLETED, viewer=ANA), payable=replace(OWED, frozen=True))
    assert render_order_message(OrderMessageKind.RUNNER, view, "en").rows == ()
