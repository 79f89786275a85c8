"""The button that leads out of a refusal, where there is one thing to do about it."""

from domain.buttons import Button, Tap, pack
from domain.errors import CampusGError, DebtOutstanding
from domain.words import say_plain


def remedy_rows(refusal: CampusGError) -> list[dict[str, str]]:
    """As the rows of a message that is told later: a label's key and its data; empty where there is nothing to do."""
    if isinstance(refusal, DebtOutstanding):
        return [{"key": "button-pay-debt", "data": pack(Tap.PAY_CUSTOMER_DEBT, refusal.debt_id)}]
    return []


def remedy_buttons(refusal: CampusGError, locale: str) -> tuple[Button, ...]:
    """The same as buttons of a screen."""
    return tuple(
        Button(label=say_plain(locale, row["key"], **refusal.arguments), data=row["data"])
        for row in remedy_rows(refusal)
    )
