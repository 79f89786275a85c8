"""The button that leads out of a refusal, where there is one thing to do about it."""

from domain.buttons import Button, Tap, pack
from domain.errors import CampusGError, OwesMoney
from domain.words import say_plain


def way_out(refusal: CampusGError) -> list[dict[str, str]]:
    """As the rows of a message that is told later: a label's key and its data; empty where there is nothing to do."""
    if isinstance(refusal, OwesMoney):
        return [{"key": "button-pay-debt", "data": pack(Tap.PAY_DEBT, refusal.debt)}]
    return []


def way_out_now(refusal: CampusGError, locale: str) -> tuple[Button, ...]:
    """The same as buttons of a screen."""
    return tuple(
        Button(words=say_plain(locale, row["key"], **refusal.words), data=row["data"]) for row in way_out(refusal)
    )
