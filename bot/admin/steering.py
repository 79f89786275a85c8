"""What an admin asks for by command: runners to approve, an order with its history, a cancellation, what is stuck."""

import re

from bot.home import MENU
from bot.replies import Answer, EditMenu, NewMessage, Replies, Rows, Screen
from bot.turn import Turn, cut
from domain.buttons import Button, Style, Tap
from domain.errors import NotAllowed
from domain.order import Order
from domain.people import Member, Role
from domain.store.events import Event
from domain.store.use_cases import roster, steering

MOST_LINES = 40  # of a history or a list; a message holds 4096 characters
LONGEST_ERROR = 200  # characters of what Stripe said
NUMBER = re.compile(r"#?([0-9]{1,15})")


def require_desk(turn: Turn) -> None:
    """NotAllowed for those who are no admin, and in groups that are not the admins' own: others would read along."""
    if Role.ADMIN not in turn.member.roles or not (turn.private or turn.chat_id == turn.campus.admin_chat):
        raise NotAllowed


async def approve(turn: Turn) -> Replies:
    """/approve lists who asks; /approve NUMBER says yes."""
    require_desk(turn)
    number = NUMBER.fullmatch(turn.arguments)
    if number is None:
        return (NewMessage(await _asking(turn)),)
    await roster.approve(turn.work, turn.campus, turn.member, int(number[1]))
    return (NewMessage(Screen(turn.say("bot-approved", person=number[1]))),)


async def approve_tapped(turn: Turn) -> Replies:
    """[Approve], on the list or on the message that told of the asking."""
    await roster.approve(turn.work, turn.campus, turn.member, turn.subject)
    said = Answer(turn.plain("bot-approved-toast"))
    return (said, EditMenu(await _asking(turn))) if turn.version else (said,)


async def _asking(turn: Turn) -> Screen:
    waiting = await roster.asking(turn.work, turn.campus, turn.member)
    rows: Rows = tuple((_approve_button(turn, member),) for member in waiting[:MOST_LINES])
    return Screen(turn.say("bot-asking", count=len(waiting)), rows)


def _approve_button(turn: Turn, member: Member) -> Button:
    return turn.button(
        "bot-button-approve",
        Tap.APPROVE,
        member.person_id,
        MENU,
        style=Style.SUCCESS,
        name=member.first_name,
        number=str(member.person_id),
    )


async def look_at_order(turn: Turn) -> Replies:
    """/order NUMBER: the order and all that happened to it."""
    require_desk(turn)
    number = NUMBER.fullmatch(turn.arguments)
    if number is None:
        return (NewMessage(Screen(turn.say("bot-usage-order"))),)
    order, events = await steering.look_at(turn.work, turn.campus, turn.member, int(number[1]))
    left_out = len(events) - MOST_LINES
    lines = [
        _facts(turn, order),
        *([turn.say("bot-timeline-more", count=left_out)] if left_out > 0 else []),
        *(_event_line(turn, event) for event in events[-MOST_LINES:]),
    ]
    return (NewMessage(Screen("\n".join(lines))),)


def _facts(turn: Turn, order: Order) -> str:
    return turn.say(
        "bot-order-facts",
        order=order.id,
        status=order.status,
        store=order.store_name,
        place=order.drop_point,
        customer=str(order.customer_id),
        runner="-" if order.runner_id is None else str(order.runner_id),
        ceiling=turn.money(order.price.ceiling),
        total="-" if order.total is None else turn.money(order.total),
    )


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


async def cancel(turn: Turn) -> Replies:
    """/cancel NUMBER reason: the reason is what both sides read, so there is none without."""
    require_desk(turn)
    number, why = _number_and_reason(turn)
    if number is None:
        return (NewMessage(Screen(turn.say("bot-usage-cancel"))),)
    order = await steering.cancel(turn.work, turn.campus, turn.member, number, why)
    return (NewMessage(Screen(turn.say("bot-cancelled-by-admin", order=order.id, reason=why))),)


async def finish(turn: Turn) -> Replies:
    """/finish NUMBER reason: an arrived order was handed over, though no PIN says so; its history keeps the reason."""
    require_desk(turn)
    number, why = _number_and_reason(turn)
    if number is None:
        return (NewMessage(Screen(turn.say("bot-usage-finish"))),)
    order = await steering.finish(turn.work, turn.campus, turn.member, number, why)
    return (NewMessage(Screen(turn.say("bot-finished-by-admin", order=order.id, reason=why))),)


def _number_and_reason(turn: Turn) -> tuple[int | None, str]:
    """What stands behind a command that needs both; no number when one of them is missing."""
    number, _, reason = turn.arguments.partition(" ")
    found, why = NUMBER.fullmatch(number), " ".join(reason.split())
    return (int(found[1]) if found and why else None), cut(why, LONGEST_ERROR)


async def list_stuck(turn: Turn) -> Replies:
    """/stuck: every saga that needs a human, with [Retry]."""
    require_desk(turn)
    return (NewMessage(await _stuck(turn)),)


async def retry(turn: Turn) -> Replies:
    """[Retry], on the list or on the alert."""
    await steering.retry(turn.work, turn.campus, turn.member, turn.subject)
    said = Answer(turn.plain("bot-retried"))
    return (said, EditMenu(await _stuck(turn))) if turn.version else (said,)


async def _stuck(turn: Turn) -> Screen:
    sagas = (await steering.stuck(turn.work, turn.campus, turn.member))[:MOST_LINES]
    lines = [
        turn.say(
            "bot-stuck-line",
            number=saga.number,
            kind=saga.kind,
            order="-" if saga.order_id is None else str(saga.order_id),
            error=cut(saga.error, LONGEST_ERROR),
            tries=saga.tries,
            since=f"{saga.since.astimezone(turn.campus.zone):%d.%m. %H:%M}",
        )
        for saga in sagas
    ]
    rows: Rows = tuple(
        (turn.button("bot-button-retry", Tap.RETRY, saga.number, MENU, number=saga.number),) for saga in sagas
    )
    return Screen("\n\n".join([turn.say("bot-stuck", count=len(sagas)), *lines]), rows)
