"""Tests of what order messages say of money: owed, refunded, disputed, or lost with a purchase that was closed."""

from dataclasses import replace

import pytest

from domain.messaging.order_message import OrderMessageKind as Kind
from domain.order_messages.view import OrderView
from domain.orders.states import Bearer, OrderStatus
from domain.payments.model import CustomerDebt, CustomerDebtStatus, Hold, HoldStatus
from domain.payouts.model import INSUFFICIENT_FUNDS, Payable, PayoutStatus
from tests.domain.order_messages.sample_orders import ANA, HOLD, MEI, NOON, PAYABLE, SPLIT, render, view_at

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
OWED = replace(PAYABLE, status=PayoutStatus.OPEN, transfer=None)
GOODWILL = replace(OWED, charge=None, attempt=0)


def debt_view(status: CustomerDebtStatus, hold: Hold = REFUSED) -> OrderView:
    """Return a completed order with a debt of this status and the newest hold."""
    return replace(view_at(OrderStatus.COMPLETED), debt=replace(DEBT, status=status), hold=hold)


def test_who_owes_reads_it_first_and_has_one_button_to_pay() -> None:
    content = render(Kind.CUSTOMER, debt_view(CustomerDebtStatus.OPEN))
    assert content.text.startswith("💳 <b>#1214: delivered, not paid yet</b>")
    assert OWES_TEXT in content.text
    assert "You paid" not in content.text
    assert content.rows[0][0].label == f"Pay S${SPLIT.total / 100:.2f}"
    assert content.rows[0][0].data == "v1:pay_debt:5:3"


def test_while_the_bank_waits_for_approval_the_button_leads_there() -> None:
    content = render(Kind.CUSTOMER, debt_view(CustomerDebtStatus.OPEN, APPROVAL_HOLD))
    assert [button.url for row in content.rows for button in row if button.url] == ["https://bank.example/yes"]
    assert "pay_debt" not in str(content.rows)


def test_what_was_paid_in_the_end_looks_like_any_paid_order() -> None:
    captured = replace(HOLD, status=HoldStatus.CAPTURED, captured=SPLIT.total)
    content = render(Kind.CUSTOMER, debt_view(CustomerDebtStatus.PAID, captured))
    assert "delivered and paid" in content.text
    assert f"You paid <b>S${SPLIT.total / 100:.2f}</b>" in content.text
    assert "Released" not in content.text, "what was charged is all that was held"
    assert "pay_debt" not in str(content.rows)


def test_a_waived_debt_is_owed_no_more() -> None:
    content = render(Kind.CUSTOMER, debt_view(CustomerDebtStatus.WAIVED))
    assert "You owe nothing for it" in content.text
    assert "You paid" not in content.text
    assert "pay_debt" not in str(content.rows)


def test_the_customer_reads_what_came_back_and_nothing_while_nothing_did() -> None:
    view = view_at(OrderStatus.COMPLETED)
    assert "Refunded" not in render(Kind.CUSTOMER, view).text
    assert "Refunded: <b>S$2.00</b>" in render(Kind.CUSTOMER, replace(view, refunded=200)).text


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
    assert said in render(Kind.RUNNER, view).text


def test_while_a_bank_decides_there_is_nothing_for_the_runner_to_set_up() -> None:
    view = replace(view_at(OrderStatus.COMPLETED, viewer=ANA), payable=replace(OWED, frozen=True))
    assert render(Kind.RUNNER, view).rows == ()


def closed_view(bearer: Bearer, viewer: int, payable: Payable | None = None) -> OrderView:
    """Return a purchase that an admin closed at the cost of the bearer."""
    bought = view_at(OrderStatus.PLACED, viewer=viewer)
    order = replace(
        bought.order,
        status=OrderStatus.CANCELLED,
        ended_at=NOON,
        end_reason="closed",
        end_note="the <bag> broke",
        borne_by=bearer,
    )
    return replace(bought, order=order, hold=replace(HOLD, status=HoldStatus.RELEASED), payable=payable)


@pytest.mark.parametrize("bearer", Bearer)
def test_the_customer_reads_that_they_pay_nothing_and_why(bearer: Bearer) -> None:
    text = render(Kind.CUSTOMER, closed_view(bearer, MEI)).text
    assert "You pay nothing" in text
    assert "the &lt;bag&gt; broke" in text
    assert "Released" in text
    assert "runner bears" not in text.lower(), "the customer does not need to know who bears it"


def test_the_runner_reads_that_it_is_not_paid_for_and_whom_to_ask() -> None:
    drawn = render(Kind.RUNNER, closed_view(Bearer.RUNNER, ANA))
    assert "It is not paid for" in drawn.text
    assert "the &lt;bag&gt; broke" in drawn.text
    assert "do not buy" not in drawn.text, "the runner has bought it already"
    assert drawn.rows == ()


def test_the_runner_reads_that_the_platform_pays_and_where_the_money_is() -> None:
    share = f"S${SPLIT.runner // 100}.{SPLIT.runner % 100:02d}"
    waiting = render(Kind.RUNNER, closed_view(Bearer.PLATFORM, ANA, GOODWILL))
    assert f"{share} together, paid by us" in waiting.text
    assert [button.label for row in waiting.rows for button in row] == ["Set up pay-out"]
    short = render(Kind.RUNNER, closed_view(Bearer.PLATFORM, ANA, replace(GOODWILL, refusal=INSUFFICIENT_FUNDS)))
    assert "our own account is short" in short.text
    assert short.rows == (), "there is nothing for the runner to set up"
    paid = replace(GOODWILL, status=PayoutStatus.PAID, transfer="tr_1")
    assert f"{share} was sent" in render(Kind.RUNNER, closed_view(Bearer.PLATFORM, ANA, paid)).text
