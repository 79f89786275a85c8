"""An order as an admin sees it: its facts, its event log, and the actions possible now."""

from collections.abc import Mapping, Sequence

from bot.admin.access import require_admin_access_and_clear_input
from bot.admin.commands import MAX_ERROR_LENGTH, MAX_LINES, NUMBER_PATTERN, admin_screen, board_button
from bot.admin.money.debts import waive_rows
from bot.admin.money.refunds import refund_rows
from bot.admin.operations.console import console_rows
from bot.admin.orders.actions import admin_action_rows
from bot.admin.orders.new_pin import new_pin_rows
from bot.conversation.home import edit_menu_or_send
from bot.conversation.paging import answer_refresh
from bot.conversation.replies import NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.campuses.people_repository import find_member
from domain.database.event_log_repository import LoggedEvent
from domain.messaging.buttons import Tap, TapArgument
from domain.orders.sagas.pay_delay import lacks_receipt_photo
from domain.orders.states import Order
from domain.orders.use_cases import admin_orders
from domain.payments.card_facts_repository import find_card_facts
from domain.payouts.repository import find_payable
from domain.screening.customer_facts_repository import read_card_attempts
from domain.screening.review_repository import find_open_review

FULL_HISTORY_SCREEN = 2  # of the button for the full event log; MENU_SCREEN shows the short one
FOLDED_SUBJECT = "timer"  # left out of the short event log: only needed to find a fault


async def order_command(context: RequestContext) -> Replies:
    """Handle /order NUMBER: the order, its event log, and the possible actions."""
    await require_admin_access_and_clear_input(context)
    number = NUMBER_PATTERN.fullmatch(context.arguments)
    if number is None:
        return (NewMessage(admin_screen(context, context.say("bot-usage-order"))),)
    return (NewMessage(await _render_order(context, int(number[1]))),)


async def show_tapped_order(context: RequestContext) -> Replies:
    """Show the order from the board, from an alert or from a question; one button shows its full event log."""
    await require_admin_access_and_clear_input(context)
    return answer_refresh(context), edit_menu_or_send(context, await _render_order(context, context.subject))


async def _render_order(context: RequestContext, order_id: int) -> Screen:
    order, events = await admin_orders.view_order(context.work, context.campus, context.member, order_id)
    names = await _names(context, order, events)
    is_full = context.read_argument(TapArgument.SCREEN) == FULL_HISTORY_SCREEN
    shown = events if is_full else [event for event in events if event.subject != FOLDED_SUBJECT]
    left_out = len(shown) - MAX_LINES
    lines = [
        _facts(context, order, names),
        *await _held_pay_lines(context, order),
        *await _card_lines(context, order),
        *([context.say("bot-timeline-more", count=left_out)] if left_out > 0 else []),
        *(
            _full_event_line(context, event) if is_full else _event_line(context, event, names)
            for event in shown[-MAX_LINES:]
        ),
    ]
    refresh = context.button("bot-button-refresh", Tap.ADMIN_ORDER, order.id)
    full_history = context.button("bot-button-every-line", Tap.ADMIN_ORDER, order.id, FULL_HISTORY_SCREEN)
    acts = (*new_pin_rows(context, order), *admin_action_rows(context, order))
    money = (*refund_rows(context, order), *await waive_rows(context, order))
    here = (board_button(context), full_history, refresh)
    return Screen("\n".join(lines), (*acts, *money, here, *console_rows(context, str(order.id))))


async def _names(context: RequestContext, order: Order, events: Sequence[LoggedEvent]) -> Mapping[int, str]:
    """Return id -> name and id, of everybody in the order's event log."""
    numbers = {order.customer_id, order.runner_id, *(event.actor.person_id for event in events)} - {None}
    members = [await find_member(context.work, context.campus.id, number) for number in numbers if number is not None]
    return {member.person_id: f"{member.first_name} ({member.person_id})" for member in members}


def _facts(context: RequestContext, order: Order, names: Mapping[int, str]) -> str:
    return context.say(
        "bot-order-facts",
        order=order.id,
        status=order.status,
        store=order.store_name,
        place=order.drop_point,
        customer=names[order.customer_id],
        runner="-" if order.runner_id is None else names[order.runner_id],
        ceiling=context.format_money(order.price.ceiling),
        total="-" if order.total is None else context.format_money(order.total),
        share="-" if order.runner_share is None else context.format_money(order.runner_share),
    )


async def _held_pay_lines(context: RequestContext, order: Order) -> Sequence[str]:
    """Return what an admin should know of the receipt and of the runner's pay, where it is out of the ordinary."""
    lines = []
    if lacks_receipt_photo(order):
        receipt, estimate = (context.format_money(each or 0) for each in (order.receipt, order.price.items))
        lines.append(context.say("bot-order-no-receipt", receipt=receipt, estimate=estimate))
    payable = await find_payable(context.work, order.id)
    waits = await find_open_review(context.work, order.id)
    if waits is not None:
        lines.append(context.say("bot-order-review", why=waits.reason))
    elif payable is not None and payable.held_until is not None:
        when = context.format_time(payable.held_until, "wt")
        lines.append(context.say("bot-order-held", when=when, why=payable.held_for or "-"))
    return lines


async def _card_lines(context: RequestContext, order: Order) -> Sequence[str]:
    """Return what Stripe says of the card and of the risk of the payment; nothing of orders of older releases."""
    facts = await find_card_facts(context.work, order.id)
    if facts is None or (facts.card_fingerprint is None and facts.risk_level is None):
        return ()
    attempts = await read_card_attempts(context.work, order.customer_id)
    said = context.say(
        "bot-order-card",
        fingerprint=facts.card_fingerprint or "-",
        level=facts.risk_level or "-",
        score="-" if facts.risk_score is None else str(facts.risk_score),
        outcome=facts.seller_message or facts.outcome_type or "-",
        declined=sum(attempt.declined for attempt in attempts),
    )
    return (said,)


def _event_line(context: RequestContext, event: LoggedEvent, names: Mapping[int, str]) -> str:
    """Return a line of the short event log: when, what, by whom, and why; unknown parts are left out."""
    if event.subject == "order":
        what = context.say_plain("bot-history-order", event=event.event)
    else:
        what = context.say_plain("bot-history-other", subject=event.subject, event=event.event)
    who = "" if event.actor.person_id is None else names.get(event.actor.person_id, str(event.actor.person_id))
    said = [
        context.say("bot-history-said", words=words)
        for words in (who, truncate(event.reason or "", MAX_ERROR_LENGTH))
        if words
    ]
    return " · ".join([context.say("bot-history-line", at=context.format_time(event.at, "T"), what=what), *said])


def _full_event_line(context: RequestContext, event: LoggedEvent) -> str:
    who = event.actor.role if event.actor.person_id is None else f"{event.actor.role} {event.actor.person_id}"
    return context.say(
        "bot-timeline-line",
        at=context.format_time(event.at, "T"),
        subject=event.subject,
        event=event.event,
        before=event.before or "-",
        after=event.after or "-",
        who=who,
        reason=truncate(event.reason or "-", MAX_ERROR_LENGTH),
    )
