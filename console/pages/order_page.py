"""The page of an order: its money in plain words, its saga runs as steps, who did what, and what waits."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from console.pages.frame import REFRESH_INTERVAL, format_clock, render_page, section
from console.pages.markup import Content, element, table
from console.pages.run_drawing import draw_run
from console.pages.wording import LANGUAGE, duration_words, message_words, reason_words, status_words, timer_words
from console.reading.order_repository import OutboxLine, list_messages, list_runs, list_set_timers, read_names
from console.web.visitors import Visitor
from domain.database.actors import Role
from domain.database.event_log_repository import LoggedEvent
from domain.errors import OrderNotFound
from domain.money import format_money
from domain.order_messages.money_story import MoneyFacts, moments_for, say_moment, say_now
from domain.order_messages.money_story_repository import read_money_facts
from domain.orders.states import FINAL_ORDER_STATUSES, Order
from domain.orders.use_cases.admin_orders import view_order
from domain.settings.timeouts import Timeout
from domain.words import Html, say_plain

FOLLOW_INTERVAL = Timeout.CONSOLE_FOLLOW.whole_seconds
MAX_NUMBER_DIGITS = 12
FOLDED_SUBJECT = "timer"  # only needed to find a fault: what is set stands beside it


async def show_order(visitor: Visitor, request: web.Request) -> str:
    """Return the page of the order in the path. Raise OrderNotFound for one that this campus does not have."""
    words = request.match_info["order"]
    if not (words.isascii() and words.isdigit() and len(words) <= MAX_NUMBER_DIGITS):
        raise OrderNotFound
    work, campus = visitor.work, visitor.campus
    order, events = await view_order(work, campus, visitor.member, int(words))
    people = {order.customer_id, order.runner_id, *(event.actor.person_id for event in events)} - {None}
    names = await read_names(work, [each for each in people if each is not None])
    facts = await read_money_facts(work, order)
    runs = await list_runs(work, campus.id, order.id)
    messages = await list_messages(work, campus.id, order.id)
    left = element(
        "div",
        _money(visitor, facts),
        _timers(visitor, await _timer_rows(visitor, order)),
        _story(visitor, events, names),
        class_="stack",
    )
    drawn = [draw_run(visitor, run) for run in reversed(runs)]
    right = element(
        "div",
        section("What the engine does", *drawn, quiet=None if drawn else "No saga has run for this order."),
        _messages(visitor, order, messages, names),
        class_="stack",
    )
    every = REFRESH_INTERVAL if order.status in FINAL_ORDER_STATUSES else FOLLOW_INTERVAL
    head = _head(visitor, order, names)
    return render_page(
        visitor, "orders", f"#{order.id}", head, element("div", left, right, class_="pairs"), every=every
    )


def _head(visitor: Visitor, order: Order, names: Mapping[int, str]) -> Html:
    def amount(minor: int | None) -> str | None:
        return None if minor is None else format_money(minor, order.price.currency)

    facts: Sequence[tuple[str, Content]] = (
        ("customer", _name(order.customer_id, names)),
        ("runner", "none yet" if order.runner_id is None else _name(order.runner_id, names)),
        ("costs at most", amount(order.price.ceiling)),
        ("receipt", amount(order.receipt)),
        ("total", amount(order.total)),
        ("for the runner", amount(order.runner_share)),
        ("ended because", None if order.end_reason is None else order.end_reason.replace("_", " ")),
    )
    items = ", ".join(f"{item.quantity} × {item.name}" for item in order.items)
    title = element(
        "h1",
        f"#{order.id} {order.store_name} → {order.drop_point} ",
        element("span", status_words(order.status), class_="tag now"),
    )
    shown = (element("div", element("dt", name), element("dd", value)) for name, value in facts if value is not None)
    return element("section", title, element("p", items, class_="quiet"), element("dl", *shown, class_="facts"))


def _name(person_id: int, names: Mapping[int, str]) -> str:
    return f"{names.get(person_id, '?')} ({person_id})"


def _money(visitor: Visitor, facts: MoneyFacts) -> Html:
    moments = [
        element(
            "li",
            element("span", format_clock(visitor, moment.at), class_="clock"),
            element(
                "div",
                element("div", say_moment(LANGUAGE, facts, moment)),
                element("code", moment.stripe_object, class_="quiet") if moment.stripe_object else None,
            ),
        )
        for moment in moments_for(facts, Role.ADMIN)
    ]
    now = [element("p", element("b", words)) for words in say_now(LANGUAGE, facts, Role.ADMIN)]
    return section("The money", *now, element("ol", *moments, class_="story"))


async def _timer_rows(visitor: Visitor, order: Order) -> list[list[Content]]:
    timers = await list_set_timers(visitor.work, visitor.campus.id, order.id)
    now = visitor.work.now
    return [
        [timer_words(each.kind), f"in {duration_words(each.due_at - now)}", format_clock(visitor, each.due_at)]
        for each in timers
    ]


def _timers(visitor: Visitor, rows: list[list[Content]]) -> Html | None:
    return section("What comes by itself", table(("", "", "at"), rows, otherwise="-")) if rows else None


def _story(visitor: Visitor, events: Sequence[LoggedEvent], names: Mapping[int, str]) -> Html:
    lines = [
        element(
            "li",
            element("span", format_clock(visitor, event.at), class_="clock"),
            element(
                "div",
                _event_words(event),
                element("span", _actor_words(event, names), class_="quiet"),
                element("div", reason_words(event.reason), class_="quiet") if event.reason else None,
            ),
        )
        for event in events
        if event.subject != FOLDED_SUBJECT
    ]
    return section("What happened", element("ol", *lines, class_="story"))


def _event_words(event: LoggedEvent) -> str:
    if event.subject == "order":
        return say_plain(LANGUAGE, "bot-history-order", event=event.event)
    return say_plain(LANGUAGE, "bot-history-other", subject=event.subject, event=event.event)


def _actor_words(event: LoggedEvent, names: Mapping[int, str]) -> str:
    if event.actor.person_id is None:
        return " · by itself"
    return f" · {event.actor.role} {_name(event.actor.person_id, names)}"


def _messages(visitor: Visitor, order: Order, lines: Sequence[OutboxLine], names: Mapping[int, str]) -> Html:
    rows: list[list[Content]] = [
        [
            element("span", format_clock(visitor, line.at), class_="clock"),
            element("div", message_words(line.what), _error_of(line)),
            _chat_words(visitor, order, line.chat_id, names),
            element("span", _sent_words(line), class_="tag"),
        ]
        for line in lines
    ]
    told = table(("written", "message", "to", ""), rows, otherwise="Nothing was written yet.")
    return section("What was told", told)


def _error_of(line: OutboxLine) -> Html | None:
    return element("div", line.error, class_="wrong") if line.error else None


def _sent_words(line: OutboxLine) -> str:
    words = "waits" if line.status == "due" else line.status.replace("_", " ")
    return f"{words}, try {line.tries}" if line.tries > 1 else words


def _chat_words(visitor: Visitor, order: Order, chat_id: int, names: Mapping[int, str]) -> str:
    campus = visitor.campus
    groups = {campus.runner_group: "runner group", campus.admin_chat: "admin chat"}
    sides = {order.customer_id: "customer", order.runner_id: "runner"}
    return groups.get(chat_id) or sides.get(chat_id) or names.get(chat_id, str(chat_id))
