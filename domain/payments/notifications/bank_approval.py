"""The button that opens the bank's approval, and the time for it."""

from domain.campuses.windows import Windows
from domain.messaging.buttons import ButtonStyle
from domain.messaging.notification.model import NotificationButton


def approve_with_bank_button(url: str) -> NotificationButton:
    """Return the button that opens the page of the customer's bank."""
    return NotificationButton(label="button-approve-with-bank", url=url, style=ButtonStyle.SUCCESS)


def approval_minutes(windows: Windows) -> int:
    """Return for how many minutes the customer may approve."""
    return max(1, windows.payment // 60)
