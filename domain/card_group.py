"""The card of a job in the runner group: everybody reads it, so no name of the customer, no note, no PIN, no room."""

from domain.buttons import Button, Style, Tap, button
from domain.card_lines import amount, clock, compose, earned, lines
from domain.card_view import Card, OrderView
from domain.order import WITH_RUNNER, OrderEvent, OrderStatus, allowed
from domain.words import say, say_plain

_DELIVERED = frozenset({OrderStatus.DELIVERED, OrderStatus.COMPLETED})


def draw_for_group(view: OrderView, locale: str) -> Card:
    """A job on offer with its [Claim]; taken or over, two lines and no button."""
    if not allowed(view.order.status, OrderEvent.CLAIMED):
        return Card(text=lines(_headline(view, locale), _outcome(view, locale)))
    pieces = sum(item.quantity for item in view.order.items)
    limit = amount(view, view.order.price.shop_limit)
    return compose(
        (
            _headline(view, locale),
            lines(
                say(locale, "card-group-errand", pieces=pieces, limit=limit),
                say(locale, "card-group-earns", earned=amount(view, earned(view))),
                say(locale, "card-group-until", time=clock(view, view.expires_at)) if view.expires_at else "",
            ),
        ),
        (_claim(view, locale),),
    )


def _headline(view: OrderView, locale: str) -> str:
    """The building only: the exact spot is told to the runner who takes it, and typed words may name a room."""
    place = say(locale, "card-group-elsewhere") if view.building is None else view.building
    return say(locale, "card-group-headline", order=view.order.id, store=view.order.store_name, place=place)


def _outcome(view: OrderView, locale: str) -> str:
    """The same words from the claim to the end: a group bears about twenty edits a minute."""
    order = view.order
    if order.status in WITH_RUNNER | _DELIVERED and view.runner_name is not None and order.accepted_at is not None:
        return say(locale, "card-group-taken", runner=view.runner_name, time=clock(view, order.accepted_at))
    return say(locale, "card-group-closed")


def _claim(view: OrderView, locale: str) -> Button:
    words = say_plain(locale, "button-claim", amount=amount(view, earned(view)))
    return button(words, Tap.CLAIM, view.order.id, view.order.version, Style.SUCCESS)
