"""An order as an admin sees it: its facts, its history, and what can be done about it now."""

from bot.admin.acts import act_buttons
from bot.admin.steering import LONGEST_ERROR, MOST_LINES, NUMBER, board_button, look_around, told
from bot.home import MENU, on_menu
from bot.replies import NewMessage, Replies, Screen
from bot.turn import Turn, cut
from domain.buttons import Tap
from domain.order import Order
from domain.store.events import Event
from domain.store.people import find_member
from domain.store.use_cases import steering


async def look_at_order(turn: Turn) -> Replies:
    """/order NUMBER: the order, all that happened to it, and what can be done."""
    await look_around(turn)
    number = NUMBER.fullmatch(turn.arguments)
    if number is None:
        return (NewMessage(told(turn, turn.say("bot-usage-order"))),)
    return (NewMessage(await _view(turn, int(number[1]))),)


async def order_tapped(turn: Turn) -> Replies:
    """The same from the board, an alert, or back from a question."""
    await look_around(turn)
    return (on_menu(turn, await _view(turn, turn.subject)),)


async def _view(turn: Turn, order_id: int) -> Screen:
    order, events = await steering.look_at(turn.work, turn.campus, turn.member, order_id)
    left_out = len(events) - MOST_LINES
    lines = [
        await _facts(turn, order),
        *([turn.say("bot-timeline-more", count=left_out)] if left_out > 0 else []),
        *(_event_line(turn, event) for event in events[-MOST_LINES:]),
    ]
    again = turn.button("bot-button-refresh", Tap.ADMIN_ORDER, order.id, MENU)
    return Screen("\n".join(lines), (*act_buttons(turn, order), (board_button(turn), again)))


async def _facts(turn: Turn, order: Order) -> str:
    return turn.say(
        "bot-order-facts",
        order=order.id,
        status=order.status,
        store=order.store_name,
        place=order.drop_point,
        customer=await _who(turn, order.customer_id),
        runner="-" if order.runner_id is None else await _who(turn, order.runner_id),
        ceiling=turn.money(order.price.ceiling),
        total="-" if order.total is None else turn.money(order.total),
    )


async def _who(turn: Turn, person_id: int) -> str:
    member = await find_member(turn.work, turn.campus.id, person_id)
    return f"{member.first_name} ({person_id})"


def _event_line(turn: Turn, event: Event) -> str:
    who = event.actor.role if event.actor.person_id is None else f"{event.actor.role} {event.actor.person_id}"
    return turn.say(
        "bot-timeline-line",
        at=f"{event.at.astimezone(turn.campus.zone):%H:%M:%S}",
        subject=event.subject,
        event=event.event,
        before=event.before or "-",
        after=event.after or "-",
        who=who,
        reason=cut(event.reason or "-", LONGEST_ERROR),
    )
