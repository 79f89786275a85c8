"""The frame of every page: its head, its way around, and the element that is kept up to date."""

from datetime import datetime

from console.pages.markup import Content, element, join
from console.pages.wording import duration_words
from console.web.visitors import Visitor
from domain.settings.timeouts import Timeout
from domain.words import Html

REFRESH_INTERVAL = Timeout.CONSOLE_REFRESH.whole_seconds
PLACES = (("", "Today"), ("money", "Money"), ("engine", "Engine"))


def render_page(visitor: Visitor, here: str, title: str, *content: Content, every: int) -> str:
    """Return a whole page; its main element is fetched again after `every` seconds, while somebody looks."""
    home = f"/console/{visitor.campus.name}/"
    links = (
        element("a", words, href=f"{home}{path}", aria_current="page" if path == here else None)
        for path, words in PLACES
    )
    at = format_clock(visitor, visitor.work.now)
    header = element(
        "header",
        element("b", visitor.campus.title),
        element("nav", *links),
        element(
            "form",
            element(
                "input",
                name="number",
                inputmode="numeric",
                placeholder="Order number",
                aria_label="Order number",
                autocomplete="off",
                required=True,
            ),
            action=f"{home}order",
        ),
        element(
            "p",
            "as of ",
            element("span", at, id="as-of"),
            f" in {visitor.campus.zone}",
            element("span", "", id="trouble"),
            class_="quiet",
        ),
    )
    return _document(title, header, element("main", *content, data_every=every))


def render_notice(sentence: str) -> str:
    """Return a page that says one sentence. Its script logs in, where Telegram handed over who looks."""
    return _document("CampusG", element("main", element("p", sentence, class_="notice")))


def format_clock(visitor: Visitor, moment: datetime | None) -> str:
    """Return a time of the campus with seconds; with the day unless it is today, and "-" for none."""
    if moment is None:
        return "-"
    zone = visitor.campus.zone
    local, today = moment.astimezone(zone), visitor.work.now.astimezone(zone).date()
    return f"{local:%H:%M:%S}" if local.date() == today else f"{local:%d %b %H:%M:%S}"


def format_age(visitor: Visitor, moment: datetime | None) -> Html | str:
    """Return how long ago it was, with the time of the campus behind it for who points at it; "-" for none."""
    if moment is None:
        return "-"
    return element("span", duration_words(visitor.work.now - moment), title=format_clock(visitor, moment))


def order_link(visitor: Visitor, order_id: int) -> Html:
    """Return the number of an order as the link to its page."""
    return element("a", f"#{order_id}", href=f"/console/{visitor.campus.name}/orders/{order_id}")


def section(title: str, *content: Content, quiet: str | None = None) -> Html:
    """Return a part of a page under a heading."""
    said = None if quiet is None else element("p", quiet, class_="quiet")
    return element("section", element("h2", title), said, *content)


def _document(title: str, *content: Content) -> str:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("link", rel="icon", href="data:,"),
        element("link", rel="stylesheet", href="/console/-/console.css"),
        element("script", src="/console/-/console.js", defer=True),
    )
    body = join((Html("<!doctype html>"), element("html", head, element("body", *content), lang="en")))
    return str(body)
