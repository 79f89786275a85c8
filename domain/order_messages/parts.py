"""Parts that several kinds of order messages share: times, items, places and the timeline."""

from collections.abc import Iterable
from datetime import datetime

from domain.campuses.opening import find_closing_soon, is_within_opening_hours
from domain.messaging.buttons import Button
from domain.money import format_money
from domain.order_messages.view import OrderMessageContent, OrderView
from domain.orders.states import STATUSES_BEFORE_PIVOT, STATUSES_WITH_RUNNER, OrderStatus
from domain.words import Html, say

MAX_UNFOLDED_ITEMS = 3  # longer lists are folded


def format_time(view: OrderView, moment: datetime) -> Html:
    """Return a time that each reader's Telegram shows in its own zone and format, else in the campus' zone."""
    local = moment.astimezone(view.campus.zone)
    return Html(f'<tg-time unix="{int(moment.timestamp())}" format="t">{local:%H:%M}</tg-time>')


def format_day_time(view: OrderView, moment: datetime) -> Html:
    """Return a time of the coming days with its weekday, otherwise as format_time does."""
    local = moment.astimezone(view.campus.zone)
    return Html(f'<tg-time unix="{int(moment.timestamp())}" format="wt">{local:%a %H:%M}</tg-time>')


def format_amount(view: OrderView, minor: int) -> str:
    """Return minor units of the order's currency as people write them."""
    return format_money(minor, view.order.price.currency)


def runner_earnings(view: OrderView) -> int:
    """Return what the runner earns beyond the receipt, in minor units: an estimate until the purchase."""
    order = view.order
    if order.runner_share is None or order.receipt is None:
        return order.price.runner_earnings
    return order.runner_share - order.receipt


def format_items(view: OrderView, locale: str) -> str:
    """Return the items, one a line; a long list is folded."""
    item_texts = [
        say(locale, "order-message-item", quantity=item.quantity, name=item.name) for item in view.order.items
    ]
    listed = "\n".join(item_texts)
    return listed if len(item_texts) <= MAX_UNFOLDED_ITEMS else f"<blockquote expandable>{listed}</blockquote>"


def format_route(view: OrderView, locale: str) -> str:
    route = say(locale, "order-message-route", store=view.order.store_name, place=view.order.drop_point)
    return join_lines(route, format_closing(view, locale))


def format_closing(view: OrderView, locale: str) -> str:
    """Return that the store closes soon, or has closed, while nothing is bought yet; otherwise an empty text."""
    if view.order.status not in STATUSES_BEFORE_PIVOT or not view.store_hours or view.read_at is None:
        return ""
    local = view.read_at.astimezone(view.campus.zone)
    if not is_within_opening_hours(view.store_hours, local):
        return say(locale, "order-message-store-closed", store=view.order.store_name)
    clock = find_closing_soon(view.store_hours, local)
    return "" if clock is None else say(locale, "order-message-store-closes", store=view.order.store_name, clock=clock)


def format_note(view: OrderView, locale: str) -> str:
    """Return the line with the customer's note, or an empty text."""
    return say(locale, "order-message-note", note=view.order.note) if view.order.note else ""


def format_relay_instruction(view: OrderView, locale: str, other: str | None) -> str:
    """Return how to write to the other side, while a runner has the order; otherwise an empty text."""
    if view.order.status not in STATUSES_WITH_RUNNER or other is None:
        return ""
    return say(locale, "order-message-relay", name=other)


def format_timeline(view: OrderView, locale: str, *, since_claim: bool = False) -> str:
    """Return the past events in one line: `12:01 placed · 12:04 Ana took it`.

    With `since_claim` the line is for the runner: it begins with `you took it`.
    """
    order, runner = view.order, view.runner_name or say(locale, "order-message-unnamed-runner")
    end_key = "order-message-time-expired" if order.status is OrderStatus.EXPIRED else "order-message-time-cancelled"
    before = ((order.placed_at, say(locale, "order-message-time-placed")),)
    claimed_text = (
        say(locale, "order-message-time-yours")
        if since_claim
        else say(locale, "order-message-time-taken", runner=runner)
    )
    after = (
        (order.accepted_at, claimed_text),
        (order.bought_at, say(locale, "order-message-time-bought")),
        (order.picked_up_at, say(locale, "order-message-time-picked-up")),
        (order.arrived_at, say(locale, "order-message-time-arrived")),
        (order.delivered_at, say(locale, "order-message-time-delivered")),
        (order.ended_at, say(locale, end_key)),
    )
    shown = after if since_claim else (*before, *after)
    return " · ".join(f"{format_time(view, moment)} {event}" for moment, event in shown if moment is not None)


def compose_message(parts: Iterable[str], *rows: Iterable[Button | None]) -> OrderMessageContent:
    """Return a message of the paragraphs and rows that are not empty."""
    kept = tuple(tuple(each for each in row if each is not None) for row in rows)
    return OrderMessageContent(text="\n\n".join(part for part in parts if part), rows=tuple(row for row in kept if row))


def join_lines(*parts: str) -> str:
    """Return one paragraph of the lines that are not empty."""
    return "\n".join(part for part in parts if part)
