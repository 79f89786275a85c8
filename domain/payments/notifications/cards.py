"""What a customer is told about their card."""

from datetime import datetime

from domain.campuses.people import Member, SavedCard, card_brand_name
from domain.messaging.buttons import Tap, pack
from domain.messaging.notification.model import ADMIN_CHAT, Notification, NotificationButton
from domain.messaging.notification.notification_buttons import pay_debt_button
from domain.money import format_money
from domain.payments.card_facts import RefusedCard
from domain.payments.model import PersonDebt
from domain.payments.sagas.remove_card import RemoveCardData
from domain.saga.run import SagaRun


def card_link(run: SagaRun, url: str) -> Notification:
    """Send the link to the page that saves a card."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"card_link:{run.id}:{run.attempt}",
        key="notification-card-link",
        buttons=[NotificationButton(label="button-open-checkout", url=url)],
    )


def card_link_again(run: SagaRun, url: str, now: datetime) -> Notification:
    """Send the link to the page that is open already."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"card_link:{run.id}:again:{now.timestamp()}",
        key="notification-card-link",
        buttons=[NotificationButton(label="button-open-checkout", url=url)],
    )


def saved_no_card(run: SagaRun) -> Notification:
    """Tell that what was saved on the page is no card, and that another link comes."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"no_card:{run.id}",
        key="notification-no-card",
    )


def card_saved(run: SagaRun, card: SavedCard, *, has_draft: bool) -> Notification:
    """Tell that the card is saved; a customer with a draft may continue with it."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=_saved_name(run),
        key="notification-card-saved",
        buttons=[NotificationButton(label="button-continue", data=pack(Tap.REVIEW))] if has_draft else [],
        args=_card_args(card),
    )


def card_saved_placing(run: SagaRun, card: SavedCard) -> Notification:
    """Tell that the card is saved, and the order that waited for it is being placed."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=_saved_name(run),
        key="notification-card-saved-placing",
        args=_card_args(card),
    )


def card_saved_owing(run: SagaRun, card: SavedCard, owed: PersonDebt) -> Notification:
    """Tell that the card is saved. A customer who owes pays first: perhaps it was saved for that."""
    debt = owed.debt
    is_here = debt.campus_id == run.campus_id
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=_saved_name(run),
        key="notification-card-saved-owing" if is_here else "notification-card-saved-owing-elsewhere",
        order_id=debt.order_id if is_here else None,
        buttons=[pay_debt_button(debt.id)],
        args={
            **_card_args(card),
            "amount": format_money(debt.amount, debt.currency),
            "order": debt.order_id,
            **({} if is_here else {"team": owed.campus_title}),
        },
    )


def card_refused(run: SagaRun, card: SavedCard) -> Notification:
    """Tell that the card was not saved, in general words, and whom to ask."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=_saved_name(run),
        key="notification-card-refused",
        buttons=[NotificationButton(label="button-use-other-card", data=pack(Tap.ADD_CARD))],
        args=_card_args(card),
    )


def card_refused_admins(run: SagaRun, card: SavedCard, member: Member, refused: RefusedCard) -> Notification:
    """Tell the admins whose card a person tried to save, and why it was not taken."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=ADMIN_CHAT,
        name=f"card_refused:{run.id}",
        key="notification-card-refused-admins",
        about=(member.person_id, refused.other_id),
        args={
            **_card_args(card),
            "person": member.first_name,
            "account": member.telegram_contact,
            "other": refused.other_name,
            "number": str(refused.other_id),
            "why": refused.objection,
        },
    )


def card_removed(run: SagaRun, card: RemoveCardData) -> Notification:
    """Tell that the card is detached at Stripe too."""
    return Notification(
        campus_id=run.campus_id,
        chat_id=run.required_person_id,
        name=f"card_removed:{run.id}",
        key="notification-card-removed",
        args=_card_args(card),
    )


def _saved_name(run: SagaRun) -> str:
    return f"card_saved:{run.id}"


def _card_args(card: SavedCard | RemoveCardData) -> dict[str, str]:
    return {"brand": card_brand_name(card.brand, card.wallet), "last4": card.last4}
