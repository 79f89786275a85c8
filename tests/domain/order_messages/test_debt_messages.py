"""Tests of the order message of an order that was delivered and not paid: what is owed, and how to pay it."""

from dataclasses import replace

from domain.messaging.order_message import OrderMessageKind
from domain.order_messages.render import render_order_message
from domain.order_messages.view import OrderView
from domain.orders.states import OrderStatus
from domain.payments.model import CustomerDebt, CustomerDebtStatus, Hold, HoldStatus
from tests.domain.order_messages.sample_orders import HOLD, MEI, SPLIT, view_at

DEBT = CustomerDebt(
    id=5,
    campus_id=1,
    order_id=1214,
    customer_id=MEI,
    status=CustomerDebtStatus.OPEN,
    amount=SPLIT.total,
    currency="sgd",
    refusal="card_declined",
    attempt=0,
)
REFUSED = replace(HOLD, status=HoldStatus.REFUSED)
APPROVAL_HOLD = replace(HOLD, status=HoldStatus.APPROVAL, approval_url="https://bank.example/yes")
OWES_TEXT = f"You owe S${SPLIT.total / 100:.2f}"


def debt_view(status: CustomerDebtStatus, hold: Hold = REFUSED) -> OrderView:
    """Return a completed order with a debt of this status and the newest hold."""
    return replace(view_at(OrderStatus.COMPLETED), debt=replace(DEBT, status=status), hold=hold)


def test_who_owes_reads_it_first_and_has_one_button_to_pay() -> None:
    content = render_order_message(OrderMessageKind.CUSTOMER, debt_view(CustomerDebtStatus.OPEN), "en")
    assert content.text.startswith("💳 <b>#1214: delivered, not paid yet</b>")
    assert OWES_TEXT in content.text
    assert "You paid" not in content.text
    assert content.rows[0][0].label == f"Pay S${SPLIT.total / 100:.2f}"
    assert content.rows[0][0].data == "v1:pay_debt:5:3"


def test_while_the_bank_waits_for_approval_the_button_leads_there() -> None:
    content = render_order_message(OrderMessageKind.CUSTOMER, debt_view(CustomerDebtStatus.OPEN, APPROVAL_HOLD), "en")
    assert [button.url for row in content.rows for button in row if button.url] == ["https://bank.example/yes"]
    assert "pay_debt" not in str(content.rows)


def test_what_was_paid_in_the_end_looks_like_any_paid_order() -> None:
    captured = replace(HOLD, status=HoldStatus.CAPTURED, captured=SPLIT.total)
    content = render_order_message(OrderMessageKind.CUSTOMER, debt_view(CustomerDebtStatus.PAID, captured), "en")
    assert "delivered and paid" in content.text
    assert f"You paid <b>S${SPLIT.total / 100:.2f}</b>" in content.text
    assert "Released" not in content.text, "what was charged is all that was held"
    assert "pay_debt" not in str(content.rows)


def test_a_waived_debt_is_owed_no_more() -> None:
    content = render_order_message(OrderMessageKind.CUSTOMER, debt_view(CustomerDebtStatus.WAIVED), "en")
    assert "You owe nothing for it" in content.text
    assert "You paid" not in content.text
    assert "pay_debt" not in str(content.rows)
