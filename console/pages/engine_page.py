"""The page of the engine: what is due, stuck or dead, what waits to be sent, and how much was done."""

from collections.abc import Sequence

from aiohttp import web

from console.pages.frame import REFRESH_INTERVAL, format_age, format_clock, order_link, render_page, section
from console.pages.markup import Content, element, num, table
from console.pages.run_drawing import draw_run
from console.pages.wording import due_words, duration_words
from console.reading.engine_repository import DueCount, KindRate, list_troubled_runs, read_due, read_rates
from console.reading.order_repository import StoredRun
from console.web.visitors import Visitor
from domain.inbox.dead_letter import DeadLetter
from domain.inbox.use_cases import view_dead_letters
from domain.words import Html

DUE_MEANS = "A worker takes each of these within a second or so. What waits for minutes is a sign of trouble."
RATES_MEAN = (
    "A saga is a process in steps, such as the payment of an order; half of the runs took no longer than the median."
)


async def show_engine(visitor: Visitor, _request: web.Request) -> str:
    """Return the page of the engine of this campus."""
    work, campus = visitor.work, visitor.campus
    for_a_person = element(
        "div",
        _troubled(visitor, await list_troubled_runs(work, campus.id)),
        _dead(visitor, await view_dead_letters(work, campus, visitor.member)),
        class_="stack",
    )
    by_itself = element(
        "div",
        _due(visitor, await read_due(work, campus.id)),
        _rates(await read_rates(work, campus.id)),
        class_="stack",
    )
    body = element("div", for_a_person, by_itself, class_="pairs")
    return render_page(visitor, "engine", f"{campus.title}: engine", body, every=REFRESH_INTERVAL)


def _due(visitor: Visitor, counts: Sequence[DueCount]) -> Html:
    rows: list[list[Content]] = [
        [due_words(each.what), num(each.count), num(format_age(visitor, each.oldest))] for each in counts
    ]
    heads = ("", num("how many"), num("the oldest waits"))
    return section("To be done now", table(heads, rows, otherwise="Nothing is due."), quiet=DUE_MEANS)


def _rates(rates: Sequence[KindRate]) -> Html:
    rows: list[list[Content]] = [
        [
            each.kind.replace("_", " "),
            num(each.started),
            num(each.done),
            num(each.compensated),
            num(each.live),
            num("-" if each.median_seconds is None else duration_words(each.median_seconds)),
        ]
        for each in rates
    ]
    heads = ("", *map(num, ("begun", "done", "undone", "in flight", "median")))
    return section("Saga runs of 24 hours", table(heads, rows, otherwise="No saga has run."), quiet=RATES_MEAN)


def _troubled(visitor: Visitor, runs: Sequence[StoredRun]) -> Html:
    drawn = [draw_run(visitor, run, with_order=True) for run in runs]
    return section("Stuck or failing sagas", *drawn, quiet=None if drawn else "No run is stuck, and none fails.")


def _dead(visitor: Visitor, letters: Sequence[DeadLetter]) -> Html:
    rows: list[list[Content]] = [
        [
            f"#{each.id} {each.kind.replace('_', ' ')}",
            "-" if each.order_id is None else order_link(visitor, each.order_id),
            element(
                "div",
                each.shown,
                element("div", each.error, class_="wrong"),
                element("div", f"{each.tries} tries, since {format_clock(visitor, each.dead_since)}", class_="quiet"),
            ),
        ]
        for each in letters
    ]
    heads = ("dead letter", "order", "what")
    return section("Dead letters", table(heads, rows, otherwise="Nothing was given up: /parked is empty."))
