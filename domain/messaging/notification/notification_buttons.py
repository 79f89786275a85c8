"""Buttons that notifications of several rooms have."""

from domain.campuses.own_acts.subjects import ActSubjectKind
from domain.errors import CampusGError, DebtOutstanding, OwnActUnconfirmed
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification.model import NotificationButton


def see_order_button(order_id: int) -> NotificationButton:
    """Return the button that shows an admin the order."""
    return NotificationButton(label="button-see-order", data=pack(Tap.ADMIN_ORDER, order_id))


def use_other_card_button() -> NotificationButton:
    """Return the button that sends a customer the link to save another card."""
    return NotificationButton(label="button-use-other-card", data=pack(Tap.ADD_CARD))


def order_again_button(order_id: int) -> NotificationButton:
    """Return the button that makes a new draft with the content of this order."""
    return NotificationButton(label="button-order-again", data=pack(Tap.TRY_AGAIN, order_id))


def pay_debt_button(debt_id: int) -> NotificationButton:
    """Return the button that charges a customer's debt. Its label needs the argument `amount`."""
    return NotificationButton(label="button-pay-debt", data=pack(Tap.PAY_CUSTOMER_DEBT, debt_id))


def set_up_payout_button() -> NotificationButton:
    """Return the button that sends a runner the link to set up their Stripe account."""
    return NotificationButton(label="button-set-up-payout", data=pack(Tap.SET_UP_PAYOUT))


def remedy_rows(refusal: CampusGError) -> list[NotificationButton]:
    """Return the button that remedies a refusal; empty where there is none."""
    match refusal:
        case DebtOutstanding(debt_id=debt_id):
            return [pay_debt_button(debt_id)]
        case OwnActUnconfirmed(subject_kind=kind, number=number):
            choice = tuple(ActSubjectKind).index(ActSubjectKind(kind)) + 1
            return [NotificationButton(label="button-own-act", data=pack(Tap.OWN_ACT, number, choice))]
        case _:
            return []
