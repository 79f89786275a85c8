"""An order as an admin sees it: its facts, its history, and what can be done about it now."""

from collections.abc import Mapping, Sequence

from bot.admin.acts import act_buttons
from bot.admin.debts import forgive_rows
from bot.admin.refunds import refund_rows
from bot.admin.steering import LONGEST_ERROR, MOST_LINES, NUMBER, board_button, look_around, told
from bot.home import MENU, on_menu
from bot.replies import NewMessage, Replies, Screen
from bot.turn import Turn, cut
from domain.buttons import Tap
from domain.order import Order
from domain.store.events import Event
from domain.store.people import find_member
from domain.store.use_cases import steering

EVERY_LINE = 2  # the version of the button that unfolds the history; MENU folds it
FOLDED = "timer"  # what only those want to read who look for a fault


async def look_at_order(turn: Turn) -> Replies:
    """/order NUMBER: the order, what happened to it, and what can be done."""
    await look_around(turn)
    number = NUMBER.fullmatch(turn.arguments)
    if number is None:
        return (NewMessage(told(turn, turn.say("bot-usage-order"))),)
    return (NewMessage(await _view(turn, int(number[1]))),)


async def order_tapped(turn: Turn) -> Replies:
    """The same from the board, an alert, or back from a question; or with every line of its history."""
    await look_around(turn)
    return (on_menu(turn, await _view(turn, turn.subject)),)


async def _view(turn: Turn, order_id: int) -> Screen:
    order, events = await steering.look_at(turn.work, turn.campus, turn.member, order_id)
    names = await _names(turn, order, events)
    whole = turn.version == EVERY_LINE
    shown = events if whole else [event for event in events if event.subject != FOLDED]
    left_out = len(shown) - MOST_LINES
    lines = [
        _facts(turn, order, names),
        *([turn.say("bot-timeline-more", count=left_out)] if left_out > 0 else []),
        *(_whole_line(turn, event) if whole else _line(turn, event, names) for event in shown[-MOST_LINES:]),
    ]
    again = turn.button("bot-button-refresh", Tap.ADMIN_ORDER, order.id, MENU)
    every = turn.button("bot-button-every-line", Tap.ADMIN_ORDER, order.id, EVERY_LINE)
    acts = (*act_buttons(turn, order), *refund_rows(turn, order), *await forgive_rows(turn, order))
    return Screen("\n".join(lines), (*acts, (board_button(turn), every, again)))


async def _names(turn: Turn, order: Order, events: Sequence[Event]) -> Mapping[int, str]:
    """Number -> name and number, of everybody who had a part in it."""
    numbers = {order.customer_id, order.runner_id, *(event.actor.person_id for event in events)} - {None}
    members = [await find_member(turn.work, turn.campus.id, number) for number in numbers if number is not None]
    return {member.person_id: f"{member.first_name} ({member.person_id})" for member in members}


def _facts(turn: Turn, order: Order, names: Mapping[int, str]) -> str:
    return turn.say(
        "bot-order-facts",
        order=order.id,
        status=order.status,
        store=order.store_name,
        place=order.drop_point,
        customer=names[order.customer_id],
        runner="-" if order.runner_id is None else names[order.runner_id],
        ceiling=turn.money(order.price.ceiling),
        total="-" if order.total is None else turn.money(order.total),
        share="-" if order.runner_share is None else turn.money(order.runner_share),
    )


def _line(turn: Turn, event: Event, names: Mapping[int, str]) -> str:
    """When, what, by whom, and why: what is not known is left out."""
    if event.subject == "order":
        what = turn.plain("bot-history-order", event=event.event)
    else:
        what = turn.plain("bot-history-other", subject=event.subject, event=event.event)
    who = "" if event.actor.person_id is None else names.get(event.actor.person_id, str(event.actor.person_id))
    said = [
        turn.say("bot-history-said", words=words) for words in (who, cut(event.reason or "", LONGEST_ERROR)) if words
    ]
    return " · ".join([turn.say("bot-history-line", at=turn.clock(event.at, "T"), what=what), *said])


def _whole_line(turn: Turn, event: Event) -> str:
    who = event.actor.role if event.actor.person_id is None else f"{event.actor.role} {event.actor.person_id}"
    return turn.say(
        "bot-timeline-line",
        at=turn.clock(event.at, "T"),
        subject=event.subject,
        event=event.event,
        before=event.before or "-",
        after=event.after or "-",
        who=who,
        reason=cut(event.reason or "-", LONGEST_ERROR),
    )
