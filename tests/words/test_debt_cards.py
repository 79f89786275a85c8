"""The card of an order that was delivered and could not be charged: what is owed, and the way to pay it."""

from dataclasses import replace

from domain.card_view import CardKind, OrderView
from domain.cards import draw
from domain.order import OrderStatus
from domain.payment import CustomerDebt, CustomerDebtStatus, Hold, HoldStatus
from tests.words.showcase import HOLD, MEI, SPLIT, at

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
ASKED = replace(HOLD, status=HoldStatus.APPROVAL, approval_url="https://bank.example/yes")
OWES = f"You owe S${SPLIT.total / 100:.2f}"


def view_of(status: CustomerDebtStatus, hold: Hold = REFUSED) -> OrderView:
    """A completed order whose debt stands like this, and the newest try at its money."""
    return replace(at(OrderStatus.COMPLETED), debt=replace(DEBT, status=status), hold=hold)


def test_who_owes_reads_it_first_and_has_one_button_to_pay() -> None:
    card = draw(CardKind.CUSTOMER, view_of(CustomerDebtStatus.OPEN), "en")
    assert card.text.startswith("💳 <b>#1214: delivered, not paid yet</b>")
    assert OWES in card.text
    assert "You paid" not in card.text
    assert card.rows[0][0].words == f"Pay S${SPLIT.total / 100:.2f}"
    assert card.rows[0][0].data == "v1:pay_debt:5:3"


def test_while_her_bank_waits_for_her_yes_the_button_leads_there() -> None:
    card = draw(CardKind.CUSTOMER, view_of(CustomerDebtStatus.OPEN, ASKED), "en")
    assert [button.url for row in card.rows for button in row if button.url] == ["https://bank.example/yes"]
    assert "pay_debt" not in str(card.rows)


def test_what_was_paid_in_the_end_looks_like_any_paid_order() -> None:
    captured = replace(HOLD, status=HoldStatus.CAPTURED, captured=SPLIT.total)
    card = draw(CardKind.CUSTOMER, view_of(CustomerDebtStatus.PAID, captured), "en")
    assert "delivered and paid" in card.text
    assert f"You paid <b>S${SPLIT.total / 100:.2f}</b>" in card.text
    assert "Released" not in card.text, "what was charged is all that was held"
    assert "pay_debt" not in str(card.rows)


def test_what_was_let_go_is_owed_no_more() -> None:
    card = draw(CardKind.CUSTOMER, view_of(CustomerDebtStatus.LET_GO), "en")
    assert "You owe nothing for it" in card.text
    assert "You paid" not in card.text
    assert "pay_debt" not in str(card.rows)
