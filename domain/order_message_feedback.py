"""What a delivered order's card offers its customer: a thumb, a word about a problem, and what she said already."""

from domain.buttons import Button, Tap, make_button
from domain.feedback import DELIVERED_STATUSES
from domain.order import STATUSES_WITH_RUNNER
from domain.order_message_parts import join_lines
from domain.order_message_view import OrderView
from domain.words import say, say_plain


def format_feedback(view: OrderView, locale: str) -> str:
    """Her own thumb in words, and the case that is open."""
    case = "" if view.open_case is None else say(locale, "order-message-case-open", case=view.open_case)
    return join_lines(_format_rating(view, locale), case)


def _format_rating(view: OrderView, locale: str) -> str:
    if view.rating is None or view.order.status not in DELIVERED_STATUSES:
        return ""
    key = "order-message-rated-good" if view.rating.good else "order-message-rated-bad"
    return say(locale, key, reason=view.rating.reason or "none")


def rating_buttons(view: OrderView, locale: str) -> tuple[Button, ...]:
    """Up and down, until one was given; the card knows no clock: a tap that is late is told so."""
    order = view.order
    if order.status not in DELIVERED_STATUSES or view.rating is not None:
        return ()
    return (
        make_button(say_plain(locale, "button-thumb-up"), Tap.THUMB_UP, order.id, order.version),
        make_button(say_plain(locale, "button-thumb-down"), Tap.THUMB_DOWN, order.id, order.version),
    )


def problem_button(view: OrderView, locale: str) -> Button | None:
    """The way to the campus team: a question while it is under way, a problem once the food is said to be there."""
    order = view.order
    if order.status not in DELIVERED_STATUSES | STATUSES_WITH_RUNNER:
        return None
    label = "button-problem" if order.status in DELIVERED_STATUSES else "button-ask-team"
    return make_button(say_plain(locale, label), Tap.PROBLEM, order.id, order.version)
