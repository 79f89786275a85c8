"""What is told about what a customer owes for a delivered order."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.campuses.windows import Windows
from domain.messaging.notification.model import ADMIN_CHAT, Notification
from domain.messaging.notification.notification_buttons import pay_debt_button, see_order_button, use_other_card_button
from domain.money import format_money
from domain.orders.states import Order
from domain.payments.model import CustomerDebt, PersonDebt
from domain.payments.notifications.bank_approval import approval_minutes, approve_with_bank_button
from domain.saga.refusals import CARD_GONE, NOT_POSSIBLE
from domain.saga.run import SagaRun

UNKNOWN_PAYMENT = "unknown_payment"  # perhaps it is paid: the customer has nothing to do
# Why settle_debt was compensated, and the sentence the customer reads.
_REFUSAL_SENTENCES: Mapping[str | None, str] = MappingProxyType(
    {
        "declined": "notification-debt-declined",
        "unpaid": "notification-debt-unapproved",
        NOT_POSSIBLE: "notification-debt-not-possible",
        CARD_GONE: "notification-debt-card-gone",
        UNKNOWN_PAYMENT: "notification-debt-in-question",
    }
)


def debt_opened(debt: CustomerDebt) -> Notification:
    """Tell the customer what they owe, and how to pay it."""
    return Notification(
        campus_id=debt.campus_id,
        chat_id=debt.customer_id,
        name=f"owes:{debt.id}",
        key="notification-owes",
        order_id=debt.order_id,
        buttons=[pay_debt_button(debt.id), use_other_card_button()],
        args=_debt_args(debt),
    )


def debt_opened_admins(debt: CustomerDebt, customer_name: str) -> Notification:
    """Tell the admins who owes what, and why the bank declined."""
    return Notification(
        campus_id=debt.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"owes_admins:{debt.id}",
        key="notification-owes-admins",
        about=(debt.customer_id,),
        order_id=debt.order_id,
        buttons=[see_order_button(debt.order_id)],
        args={**_debt_args(debt), "customer": customer_name, "reason": debt.refusal},
    )


def owes_elsewhere(campus_id: int, owed: PersonDebt) -> Notification:
    """Tell the admins of a campus why somebody cannot order there, and that only the other team can waive it."""
    return Notification(
        campus_id=campus_id,
        chat_id=ADMIN_CHAT,
        name=f"owes_elsewhere:{owed.debt.id}:{campus_id}",
        key="notification-owes-elsewhere",
        about=(owed.debt.customer_id,),
        silent=True,
        args={
            **_debt_args(owed.debt),
            "person": owed.first_name,
            "account": str(owed.debt.customer_id),
            "team": owed.campus_title,
        },
    )


def debt_approval_asked(run: SagaRun, order: Order, url: str | None, windows: Windows) -> Notification:
    """Send the customer the link with which they approve the payment of their debt."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"debt_approval:{run.id}",
        key="notification-debt-approval",
        order_id=run.required_order_id,
        buttons=[] if url is None else [approve_with_bank_button(url)],
        args={
            "order": run.required_order_id,
            "amount": format_money(order.total or 0, order.price.currency),
            "minutes": approval_minutes(windows),
        },
    )


def debt_outcome_unknown(run: SagaRun, order: Order) -> Notification:
    """Tell the customer that nobody knows yet whether their payment of the debt was taken."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"debt_unclear:{run.id}",
        key="notification-debt-outcome-unknown",
        order_id=run.required_order_id,
        args={"order": run.required_order_id, "amount": format_money(order.total or 0, order.price.currency)},
    )


def debt_unsettled(debt: CustomerDebt, run: SagaRun) -> Notification:
    """Tell the customer why the debt is not paid, and what they can do."""
    pay = [pay_debt_button(debt.id), use_other_card_button()]
    return Notification(
        campus_id=debt.campus_id,
        chat_id=debt.customer_id,
        name=f"unsettled:{run.id}",
        key=_REFUSAL_SENTENCES.get(run.reason, "notification-debt-not-reached"),
        order_id=debt.order_id,
        buttons=[] if run.reason == UNKNOWN_PAYMENT else pay,
        args=_debt_args(debt),
    )


def debt_paid(debt: CustomerDebt) -> Notification:
    """Tell the customer that the debt is paid: they may order again."""
    return Notification(
        campus_id=debt.campus_id,
        chat_id=debt.customer_id,
        name=f"settled:{debt.id}",
        key="notification-debt-paid",
        order_id=debt.order_id,
        args=_debt_args(debt),
    )


def debt_waived(debt: CustomerDebt, reason: str) -> Notification:
    """Tell the customer that an admin waived the debt, and why."""
    return Notification(
        campus_id=debt.campus_id,
        chat_id=debt.customer_id,
        name=f"forgiven:{debt.id}",
        key="notification-debt-waived",
        order_id=debt.order_id,
        args={**_debt_args(debt), "reason": reason},
    )


def _debt_args(debt: CustomerDebt) -> dict[str, str | int]:
    return {"order": debt.order_id, "amount": format_money(debt.amount, debt.currency)}
