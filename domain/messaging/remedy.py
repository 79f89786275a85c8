"""The button that remedies a refusal, where there is one."""

from domain.errors import CampusGError, DebtOutstanding
from domain.messaging.buttons import Button, Tap, pack
from domain.messaging.notification import NotificationButton
from domain.words import say_plain


def remedy_rows(refusal: CampusGError) -> list[NotificationButton]:
    """Return the button for a notification, as its label's key and its callback data; empty without a remedy."""
    if isinstance(refusal, DebtOutstanding):
        return [NotificationButton(label="button-pay-debt", data=pack(Tap.PAY_CUSTOMER_DEBT, refusal.debt_id))]
    return []


def remedy_buttons(refusal: CampusGError, locale: str) -> tuple[Button, ...]:
    """Return the same as buttons for a screen."""
    return tuple(
        Button(label=say_plain(locale, row.label, **refusal.arguments), data=row.data) for row in remedy_rows(refusal)
    )
