"""Tests of the order messages of a purchase that an admin closed: each reader learns who pays."""

from dataclasses import replace

import pytest

from domain.messaging.order_message import OrderMessageKind
from domain.order_messages.render import render_order_message
from domain.order_messages.view import OrderView
from domain.orders.states import Bearer, OrderStatus
from domain.payments.model import HoldStatus
from domain.payouts.model import INSUFFICIENT_FUNDS, Payable, PayoutStatus
from tests.domain.order_messages.sample_orders import ANA, CAMPUS, HOLD, MEI, NOON, ORDER, SPLIT

OWED = Payable(
    id=1,
    campus_id=1,
    order_id=ORDER.id,
    runner_id=ANA,
    status=PayoutStatus.OPEN,
    amount=SPLIT.runner,
    currency="sgd",
    charge=None,
    attempt=0,
    transfer=None,
    refusal=None,
)


def closed_message(bearer: Bearer, viewer: int, payable: Payable | None = None) -> OrderView:
    order = replace(
        ORDER,
        status=OrderStatus.CANCELLED,
        runner_id=ANA,
        receipt=420,
        total=SPLIT.total,
        runner_share=SPLIT.runner,
        accepted_at=NOON,
        bought_at=NOON,
        ended_at=NOON,
        end_reason="closed",
        end_note="the <bag> broke",
        borne_by=bearer,
    )
    return OrderView(
        order=order,
        campus=CAMPUS,
        hold=replace(HOLD, status=HoldStatus.RELEASED),
        payable=payable,
        customer_name="Mei",
        runner_name="Ana",
        building="Hall 3",
        viewer=viewer,
        expires_at=None,
    )


@pytest.mark.parametrize("bearer", Bearer)
def test_the_customer_reads_that_they_pay_nothing_and_why(bearer: Bearer) -> None:
    text = render_order_message(OrderMessageKind.CUSTOMER, closed_message(bearer, MEI), "en").text
    assert "You pay nothing" in text
    assert "the &lt;bag&gt; broke" in text
    assert "Released" in text
    assert "runner bears" not in text.lower(), "the customer does not need to know who bears it"


def test_the_runner_reads_that_it_is_not_paid_for_and_whom_to_ask() -> None:
    drawn = render_order_message(OrderMessageKind.RUNNER, closed_message(Bearer.RUNNER, ANA), "en")
    assert "It is not paid for" in drawn.text
    assert "the &lt;bag&gt; broke" in drawn.text
    assert "do not buy" not in drawn.text, "the runner has bought it already"
    assert drawn.rows == ()


def test_the_runner_reads_that_the_platform_pays_and_where_the_money_is() -> None:
    share = f"S${SPLIT.runner // 100}.{SPLIT.runner % 100:02d}"
    waiting = render_order_message(OrderMessageKind.RUNNER, closed_message(Bearer.PLATFORM, ANA, OWED), "en")
    assert f"{share} together, paid by us" in waiting.text
    assert [button.label for row in waiting.rows for button in row] == ["Set up pay-out"]
    short = render_order_message(
        OrderMessageKind.RUNNER, closed_message(Bearer.PLATFORM, ANA, replace(OWED, refusal=INSUFFICIENT_FUNDS)), "en"
    )
    assert "our own account is short" in short.text
    assert short.rows == (), "there is nothing for the runner to set up"
    paid = replace(OWED, status=PayoutStatus.PAID, transfer="tr_1")
    assert (
        f"{share} was sent"
        in render_order_message(OrderMessageKind.RUNNER, closed_message(Bearer.PLATFORM, ANA, paid), "en").text
    )
