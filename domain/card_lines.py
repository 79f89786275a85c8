"""Lines that more than one card has: times, items, places, and the life of the order so far."""

from collections.abc import Iterable
from datetime import datetime

from domain.buttons import Button
from domain.card_view import Card, OrderView
from domain.money import spell
from domain.order import WITH_RUNNER, OrderStatus
from domain.words import Html, say

MOST_UNFOLDED = 3  # items that are shown without a tap


def clock(view: OrderView, moment: datetime) -> Html:
    """A time as each reader's phone writes it; where that is not known, in the campus' zone."""
    local = moment.astimezone(view.campus.zone)
    return Html(f'<tg-time unix="{int(moment.timestamp())}" format="t">{local:%H:%M}</tg-time>')


def amount(view: OrderView, minor: int) -> str:
    """Minor units of the order's currency, as people write them."""
    return spell(minor, view.order.price.currency)


def earned(view: OrderView) -> int:
    """Minor units the runner keeps beside the shop's money: promised, and from the purchase on certain."""
    order = view.order
    if order.runner_share is None or order.receipt is None:
        return order.price.runner_earns
    return order.runner_share - order.receipt


def item_lines(view: OrderView, locale: str) -> str:
    """What to buy, a line each; a long list is folded."""
    said = [say(locale, "card-item", quantity=item.quantity, name=item.name) for item in view.order.items]
    listed = "\n".join(said)
    return listed if len(said) <= MOST_UNFOLDED else f"<blockquote expandable>{listed}</blockquote>"


def route(view: OrderView, locale: str) -> str:
    """From where to where, in full."""
    return say(locale, "card-route", store=view.order.store_name, place=view.order.drop_point)


def note(view: OrderView, locale: str) -> str:
    """The customer's note, or nothing."""
    return say(locale, "card-note", note=view.order.note) if view.order.note else ""


def relay_hint(view: OrderView, locale: str, other: str | None) -> str:
    """How one writes to the other side, while there is a job between the two."""
    if view.order.status not in WITH_RUNNER or other is None:
        return ""
    return say(locale, "card-relay", name=other)


def timeline(view: OrderView, locale: str, *, since_claim: bool = False) -> str:
    """All that happened, in one line: `12:01 placed · 12:04 Ana took it`; her own card says `you took it`."""
    order, runner = view.order, view.runner_name or say(locale, "card-somebody")
    ended = "card-time-expired" if order.status is OrderStatus.EXPIRED else "card-time-cancelled"
    before = ((order.placed_at, say(locale, "card-time-placed")),)
    taken = say(locale, "card-time-yours") if since_claim else say(locale, "card-time-taken", runner=runner)
    after = (
        (order.accepted_at, taken),
        (order.bought_at, say(locale, "card-time-bought")),
        (order.picked_up_at, say(locale, "card-time-picked-up")),
        (order.arrived_at, say(locale, "card-time-arrived")),
        (order.delivered_at, say(locale, "card-time-delivered")),
        (order.ended_at, say(locale, ended)),
    )
    known = after if since_claim else (*before, *after)
    return " · ".join(f"{clock(view, moment)} {words}" for moment, words in known if moment is not None)


def compose(parts: Iterable[str], *rows: Iterable[Button | None]) -> Card:
    """A card of paragraphs and rows, without those that are empty."""
    kept = tuple(tuple(each for each in row if each is not None) for row in rows)
    return Card(text="\n\n".join(part for part in parts if part), rows=tuple(row for row in kept if row))


def lines(*parts: str) -> str:
    """One paragraph of the lines that say something."""
    return "\n".join(part for part in parts if part)
