"""The order message in the runner group. All members read it: no customer name, note, PIN or room."""

from domain.messaging.buttons import Button, ButtonStyle, Tap, make_button
from domain.order_messages.parts import (
    compose_message,
    format_amount,
    format_closing,
    format_time,
    join_lines,
    runner_earnings,
)
from domain.order_messages.view import OrderMessageContent, OrderView
from domain.orders.states import DELIVERED_STATUSES, STATUSES_WITH_RUNNER, OrderEvent, is_event_allowed
from domain.words import say, say_plain


def render_for_group(view: OrderView, locale: str) -> OrderMessageContent:
    """Return an open order with [Claim], or two lines without a button for one that is taken or over."""
    if not is_event_allowed(view.order.status, OrderEvent.CLAIMED):
        return OrderMessageContent(text=join_lines(_headline_line(view, locale), _outcome_line(view, locale)))
    pieces = sum(item.quantity for item in view.order.items)
    limit = format_amount(view, view.order.price.shop_limit)
    return compose_message(
        (
            join_lines(_headline_line(view, locale), _store_line(view, locale), format_closing(view, locale)),
            join_lines(
                say(locale, "order-message-group-delivery", pieces=pieces, limit=limit),
                say(locale, "order-message-group-earns", earned=format_amount(view, runner_earnings(view))),
                say(locale, "order-message-group-until", time=format_time(view, view.expires_at))
                if view.expires_at
                else "",
            ),
        ),
        (_claim_button(view, locale),),
    )


def _headline_line(view: OrderView, locale: str) -> str:
    """Name the building only: the exact spot is for the runner who claims, and a typed place may name a room."""
    place = say(locale, "order-message-group-elsewhere") if view.building is None else view.building
    if not view.store_listed:
        return say(locale, "order-message-group-unlisted", order=view.order.id, place=place)
    return say(locale, "order-message-group-headline", order=view.order.id, store=view.order.store_name, place=place)


def _store_line(view: OrderView, locale: str) -> str:
    """Quote the name of a shop that the customer typed: all runners read it, so it is no headline."""
    return "" if view.store_listed else say(locale, "order-message-group-unlisted-name", store=view.order.store_name)


def _outcome_line(view: OrderView, locale: str) -> str:
    """Say the same from the claim to the end: Telegram allows about twenty edits a minute in a group."""
    order = view.order
    if (
        order.status in STATUSES_WITH_RUNNER | DELIVERED_STATUSES
        and view.runner_name is not None
        and order.accepted_at is not None
    ):
        return say(
            locale, "order-message-group-taken", runner=view.runner_name, time=format_time(view, order.accepted_at)
        )
    return say(locale, "order-message-group-closed")


def _claim_button(view: OrderView, locale: str) -> Button:
    label = say_plain(locale, "button-claim", amount=format_amount(view, runner_earnings(view)))
    return make_button(label, Tap.CLAIM, view.order.id, view.order.version, ButtonStyle.SUCCESS)
