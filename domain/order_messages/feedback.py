"""The parts of a customer's order message about ratings and problems."""

from domain.messaging.buttons import Button, Tap, make_button
from domain.order_messages.parts import join_lines
from domain.order_messages.view import OrderView
from domain.orders.states import DELIVERED_STATUSES, STATUSES_WITH_RUNNER
from domain.words import say, say_plain


def format_feedback(view: OrderView, locale: str) -> str:
    """Return the lines about the customer's rating and the open case."""
    case = "" if view.open_case is None else say(locale, "order-message-case-open", case=view.open_case)
    return join_lines(_format_rating(view, locale), case)


def _format_rating(view: OrderView, locale: str) -> str:
    if view.rating is None or view.order.status not in DELIVERED_STATUSES:
        return ""
    key = "order-message-rated-good" if view.rating.good else "order-message-rated-bad"
    return say(locale, key, reason=view.rating.reason or "none")


def rating_buttons(view: OrderView, locale: str) -> tuple[Button, ...]:
    """Return the buttons for a rating, until there is one.

    The order message is not redrawn when the time for ratings is over: a late tap is refused.
    """
    order = view.order
    if order.status not in DELIVERED_STATUSES or view.rating is not None:
        return ()
    return (
        make_button(say_plain(locale, "button-thumb-up"), Tap.THUMB_UP, order.id, order.version),
        make_button(say_plain(locale, "button-thumb-down"), Tap.THUMB_DOWN, order.id, order.version),
    )


def problem_button(view: OrderView, locale: str) -> Button | None:
    """Return the button to the campus team: a question while the order is in flight, a problem after delivery."""
    order = view.order
    if order.status not in DELIVERED_STATUSES | STATUSES_WITH_RUNNER:
        return None
    label = "button-problem" if order.status in DELIVERED_STATUSES else "button-ask-team"
    return make_button(say_plain(locale, label), Tap.PROBLEM, order.id, order.version)
