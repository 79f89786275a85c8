"""What a delivered order's card offers its customer: a thumb, a word about a problem, and what she said already."""

from domain.aftercare import DELIVERED
from domain.buttons import Button, Tap, button
from domain.card_lines import lines
from domain.card_view import OrderView
from domain.order import WITH_RUNNER
from domain.words import say, say_plain


def said(view: OrderView, locale: str) -> str:
    """Her own thumb in words, and the case that is open."""
    case = "" if view.open_case is None else say(locale, "card-case-open", case=view.open_case)
    return lines(_thumb(view, locale), case)


def _thumb(view: OrderView, locale: str) -> str:
    if view.rating is None or view.order.status not in DELIVERED:
        return ""
    key = "card-rated-good" if view.rating.good else "card-rated-bad"
    return say(locale, key, reason=view.rating.reason or "none")


def thumbs(view: OrderView, locale: str) -> tuple[Button, ...]:
    """Up and down, until one was given; the card knows no clock: a tap that is late is told so."""
    order = view.order
    if order.status not in DELIVERED or view.rating is not None:
        return ()
    return (
        button(say_plain(locale, "button-thumb-up"), Tap.THUMB_UP, order.id, order.version),
        button(say_plain(locale, "button-thumb-down"), Tap.THUMB_DOWN, order.id, order.version),
    )


def problem(view: OrderView, locale: str) -> Button | None:
    """The way to the campus team: a question while it is under way, a problem once the food is said to be there."""
    order = view.order
    if order.status not in DELIVERED | WITH_RUNNER:
        return None
    label = "button-problem" if order.status in DELIVERED else "button-ask-team"
    return button(say_plain(locale, label), Tap.PROBLEM, order.id, order.version)
