"""The button under a refusal on a screen, where the refusal has a remedy."""

from domain.errors import CampusGError
from domain.messaging.buttons import Button
from domain.messaging.notification.notification_buttons import remedy_rows
from domain.words import say_plain


def remedy_buttons(refusal: CampusGError, locale: str) -> tuple[Button, ...]:
    """Return the buttons of `remedy_rows` with their labels in this language."""
    return tuple(
        Button(label=say_plain(locale, row.label, **refusal.arguments), data=row.data) for row in remedy_rows(refusal)
    )
