"""The parts of a customer's order message about a debt: delivered, and the charge was declined."""

from domain.messaging.buttons import Button, ButtonStyle, Tap, make_button
from domain.order_messages.parts import format_amount
from domain.order_messages.view import OrderView
from domain.payments.model import CustomerDebtStatus, HoldStatus
from domain.words import say, say_plain


def has_open_debt(view: OrderView) -> bool:
    """Return whether the customer has yet to pay for the order."""
    return view.debt is not None and view.debt.status is CustomerDebtStatus.OPEN


def format_debt(view: OrderView, locale: str) -> str:
    """Return the line about an open or waived debt; empty when there is none or it was paid."""
    if view.debt is None or view.debt.status is CustomerDebtStatus.PAID:
        return ""
    key = "order-message-debt-open" if has_open_debt(view) else "order-message-debt-waived"
    return say(locale, key, amount=format_amount(view, view.debt.amount))


def pay_debt_button(view: OrderView, locale: str) -> Button | None:
    """Return [Pay S$8.30]; while the bank waits for the customer's approval, a link to it; None without a debt."""
    if view.debt is None or not has_open_debt(view):
        return None
    if view.hold is not None and view.hold.status is HoldStatus.APPROVAL and view.hold.approval_url is not None:
        return Button(
            label=say_plain(locale, "button-approve-with-bank"), url=view.hold.approval_url, style=ButtonStyle.SUCCESS
        )
    label = say_plain(locale, "button-pay-debt", amount=format_amount(view, view.debt.amount))
    return make_button(label, Tap.PAY_CUSTOMER_DEBT, view.debt.id, view.order.version, ButtonStyle.SUCCESS)
