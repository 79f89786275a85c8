"""The page of the day: the funnel, the open orders on a line of time, how fast claims come, and the runners."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from aiohttp import web

from console.pages.charts import Bar, Segment, draw_bars, draw_columns, draw_line
from console.pages.frame import REFRESH_INTERVAL, format_clock, order_link, render_page, section
from console.pages.markup import Content, element, num, table
from console.pages.wording import duration_words, status_words
from console.reading.today_repository import (
    ClaimHour,
    EndCount,
    RunnerDay,
    count_open_baskets,
    read_claim_hours,
    read_ends,
    read_funnel,
    read_runners,
)
from console.web.visitors import Visitor
from domain.money import format_money
from domain.orders.board_repository import BoardLine, UnreadableOrder
from domain.orders.lateness import Lateness, lateness_of
from domain.orders.states import Order
from domain.orders.use_cases.admin_orders import view_board
from domain.words import Html

HOURS = 24
LABELLED_HOURS = 6
MAX_SPAN = timedelta(hours=3)  # older beginnings are cut off
MAX_LINES = 40
CLAIM_TIMES = "How long an order waits for a runner, by hour"


async def show_today(visitor: Visitor, _request: web.Request) -> str:
    """Return the page of the last 24 hours of this campus."""
    work, campus = visitor.work, visitor.campus
    lines = await view_board(work, campus, visitor.member)
    left = element(
        "div",
        _funnel(
            await read_funnel(work, campus.id),
            await read_ends(work, campus.id),
            await count_open_baskets(work, campus.id),
        ),
        _claim_times(visitor, await read_claim_hours(work, campus.id)),
        class_="stack",
    )
    right = element(
        "div", _open_orders(visitor, lines), _runners(visitor, await read_runners(work, campus.id)), class_="stack"
    )
    return render_page(
        visitor, "", f"{campus.title}: today", element("div", left, right, class_="pairs"), every=REFRESH_INTERVAL
    )


def _funnel(reached: Mapping[str, int], ends: Sequence[EndCount], baskets: int) -> Html:
    bars = [Bar(label=stage, value=count, words=str(count)) for stage, count in reached.items()]
    rows: list[list[Content]] = [[end.status, end.reason.replace("_", " "), num(end.count)] for end in ends]
    heads = ("ended", "because", num("orders"))
    ended = table(heads, rows, otherwise="No order ended without a delivery.")
    waiting = element("p", f"Baskets that are not placed: {baskets}.", class_="quiet")
    return section("Orders of 24 hours, by how far they came", draw_bars(bars), waiting, ended)


def _claim_times(visitor: Visitor, hours: Sequence[ClaimHour]) -> Html:
    if not hours:
        return section(CLAIM_TIMES, quiet="No runner took an order in 24 hours.")
    zone = visitor.campus.zone
    found = {each.begins_at.timestamp(): each for each in hours}
    last = visitor.work.now.replace(minute=0, second=0, microsecond=0)
    columns = []
    for back in range(HOURS - 1, -1, -1):
        moment = last - timedelta(hours=back)
        hour, local = found.get(moment.timestamp()), moment.astimezone(zone)
        label = f"{local:%H}h" if local.hour % LABELLED_HOURS == 0 else ""
        seconds, claims = (0.0, 0) if hour is None else (hour.median_seconds, hour.claims)
        words = f"{local:%H}h: {duration_words(seconds)}, {claims} taken"
        columns.append(Bar(label=label, value=seconds, words=words))
    slowest = duration_words(max(each.median_seconds for each in hours))
    words = f"The median of the orders taken in each hour; the highest column is {slowest}."
    return section(CLAIM_TIMES, draw_columns(columns), quiet=words)


def _open_orders(visitor: Visitor, lines: Sequence[BoardLine | UnreadableOrder]) -> Html:
    if not lines:
        return section("Open orders", quiet="No order is open.")
    now = visitor.work.now
    readable = [line for line in lines if isinstance(line, BoardLine)]
    first = min((line.order.placed_at for line in readable), default=now)
    begins = max(first, now - MAX_SPAN)
    drawn = [_open_order(visitor, line, begins) for line in lines[:MAX_LINES]]
    more = f" The first {MAX_LINES} of them are shown." if len(lines) > MAX_LINES else ""
    words = f"{len(lines)} open. Each line is the time from {format_clock(visitor, begins)} to now.{more}"
    return section("Open orders", *drawn, quiet=words)


def _open_order(visitor: Visitor, line: BoardLine | UnreadableOrder, begins: datetime) -> Html:
    if isinstance(line, UnreadableOrder):
        return element("p", order_link(visitor, line.id), f" cannot be read: {line.error}", class_="wrong")
    now, order = visitor.work.now, line.order
    late = lateness_of(order.status, line.since, now, visitor.campus.windows, silent=line.silent)
    is_late = late is not Lateness.NONE
    words = f" {order.store_name} · {status_words(order.status)} for {duration_words(now - line.since)}"
    said = element(
        "p",
        order_link(visitor, order.id),
        words,
        f" · {line.runner_name}" if line.runner_name else "",
        element("span", f" · late: {late}", class_="wrong") if is_late else None,
    )
    segments = list(_segments(order, begins, now, is_late=is_late))
    parts = element("p", " · ".join(each.words for each in segments), class_="quiet")
    return element("div", said, draw_line(segments), parts, class_="open")


def _segments(order: Order, begins: datetime, now: datetime, *, is_late: bool) -> Iterator[Segment]:
    """Yield the time an order spent in each status; every second one is light, and a late end is red."""
    reached = (
        ("being placed", order.placed_at),
        ("looking for a runner", order.created_at),
        ("taken", order.accepted_at),
        ("bought", order.bought_at),
        ("on the way", order.picked_up_at),
        ("at the door", order.arrived_at),
        ("delivered", order.delivered_at),
    )
    moments = [(words, at) for words, at in reached if at is not None]
    length = max((now - begins).total_seconds(), 1.0)
    for place, (words, at) in enumerate(moments):
        is_last = place + 1 == len(moments)
        until = now if is_last else moments[place + 1][1]
        start, end = ((moment - begins).total_seconds() / length for moment in (at, until))
        look = "late" if is_last and is_late else ("bar-soft", "bar")[place % 2]
        if end > 0:
            yield Segment(begins=max(start, 0.0), ends=end, look=look, words=f"{words} {duration_words(until - at)}")


def _runners(visitor: Visitor, days: Sequence[RunnerDay]) -> Html:
    currency = visitor.campus.currency
    rows: list[list[Content]] = [
        [
            day.first_name,
            num(day.claimed),
            num(day.delivered),
            num(day.in_flight),
            num("-" if day.median_seconds is None else duration_words(day.median_seconds)),
            num(format_money(day.earned, currency)),
        ]
        for day in days
    ]
    heads = ("runner", *map(num, ("taken", "done", "in hand", "median", "earned")))
    words = "The median is from taking a job to its delivery." if days else None
    listed = table(heads, rows, otherwise="No runner took an order.")
    return section("Runners of 24 hours", listed, quiet=words)
