"""What a customer's card says about an order that was delivered and could not be charged."""

from domain.buttons import Button, Style, Tap, button
from domain.card_lines import amount
from domain.card_view import OrderView
from domain.payment import CustomerDebtStatus, HoldStatus
from domain.words import say, say_plain


def owes(view: OrderView) -> bool:
    """Whether its customer has to pay it still."""
    return view.debt is not None and view.debt.status is CustomerDebtStatus.OPEN


def debt_line(view: OrderView, locale: str) -> str:
    """What is owed, or that it is not any more; empty for an order that was paid in the end."""
    if view.debt is None or view.debt.status is CustomerDebtStatus.PAID:
        return ""
    key = "card-debt-open" if owes(view) else "card-debt-let-go"
    return say(locale, key, amount=amount(view, view.debt.amount))


def pay(view: OrderView, locale: str) -> Button | None:
    """[Pay S$8.30], or while her bank waits for her yes, the way there."""
    if view.debt is None or not owes(view):
        return None
    if view.hold is not None and view.hold.status is HoldStatus.APPROVAL and view.hold.approval_url is not None:
        return Button(
            words=say_plain(locale, "button-approve-with-bank"), url=view.hold.approval_url, style=Style.SUCCESS
        )
    words = say_plain(locale, "button-pay-debt", amount=amount(view, view.debt.amount))
    return button(words, Tap.PAY_DEBT, view.debt.id, view.order.version, Style.SUCCESS)
