"""The board: every open order by status, the late ones in words; and the commands that pause and resume ordering."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from bot.admin.access import require_admin_access, require_admin_access_and_clear_input
from bot.admin.commands import admin_screen
from bot.admin.listing import say_unreadable, show_each
from bot.admin.operations.console import console_rows
from bot.conversation.paging import Page, answer_refresh, get_page, paging_row_with_refresh
from bot.conversation.replies import EditMenu, NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext, truncate
from domain.campuses import use_cases as campuses_use_cases
from domain.campuses.campus import Campus
from domain.errors import Stale
from domain.messaging.buttons import ButtonStyle, Tap
from domain.orders.board_repository import BoardLine, UnreadableOrder
from domain.orders.lateness import Lateness, lateness_of, whole_minutes
from domain.orders.use_cases import admin_orders

MAX_STORE_NAME_LENGTH = 14  # characters, on a button
MAX_PAUSE_REASON_LENGTH = 120  # characters: the answer to a tap contains it

AnyLine = BoardLine | UnreadableOrder


async def board_command(context: RequestContext) -> Replies:
    """Handle /board."""
    await require_admin_access_and_clear_input(context)
    return (NewMessage(await _render_board(context, context.campus, 0)),)


async def show_board_page(context: RequestContext) -> Replies:
    """Handle [Refresh], [Board] and the pages: edit the message to the present state."""
    await require_admin_access_and_clear_input(context)
    screen = await _render_board(context, context.campus, context.subject)
    if not context.is_on_menu:
        return (NewMessage(screen),)
    return answer_refresh(context), EditMenu(screen)


async def _render_board(context: RequestContext, campus: Campus, page: int) -> Screen:
    lines = await admin_orders.view_board(context.work, context.campus, context.member)
    shown = get_page(lines, page)
    parts = [
        _headline(context, lines, shown),
        _lost_line(context, campus),
        _pause_line(context, campus),
        *_status_sections(context, shown.items),
    ]
    paging = paging_row_with_refresh(context, Tap.BOARD, shown)
    rows = (*_order_rows(context, shown.items), paging, *console_rows(context))
    return Screen("\n".join(part for part in parts if part), rows)


def _headline(context: RequestContext, lines: Sequence[AnyLine], shown: Page[AnyLine]) -> str:
    at = f"{context.work.now.astimezone(context.campus.zone):%H:%M:%S}"
    head = [context.say("bot-board", at=at, count=len(lines))]
    if shown.count > 1:
        head.append(context.say("bot-board-page", page=shown.number + 1, pages=shown.count))
    counts = Counter(line.status for line in lines)
    counted = [context.say("bot-board-count", count=count, status=status) for status, count in counts.items()]
    return " · ".join(head) + ("\n" + " · ".join(counted) if counted else "")


def _lost_line(context: RequestContext, campus: Campus) -> str:
    if campus.runner_group is None:
        return context.say("bot-board-no-group")
    return "" if campus.reaches_runners else context.say("bot-board-group-lost", error=campus.runner_group_lost or "")


def _pause_line(context: RequestContext, campus: Campus) -> str:
    if not campus.paused:
        return ""
    if campus.pause_reason:
        return context.say("bot-board-paused-because", reason=campus.pause_reason)
    return context.say("bot-board-paused")


def _status_sections(context: RequestContext, shown: Sequence[AnyLine]) -> list[str]:
    said: list[str] = []
    for status, lines in groupby(shown, key=lambda line: line.status):
        said += ["", context.say("bot-board-state", status=status)]
        said += show_each(context, tuple(lines), lambda line: line.id, _order_line)
    return ["\n".join(said)] if said else []


def _order_line(context: RequestContext, line: AnyLine) -> str:
    if isinstance(line, UnreadableOrder):
        return say_unreadable(context, line.id, line.error)
    order, waited = line.order, whole_minutes(line.since, context.work.now)
    who = line.runner_name or order.drop_point
    said = context.say("bot-board-line", order=order.id, store=order.store_name, who=who, minutes=waited)
    reason = lateness_of(order.status, line.since, context.work.now, context.campus.windows, silent=line.silent)
    if reason is Lateness.NONE:
        return said
    return f"{said} · {context.say('bot-board-late', why=reason, minutes=waited)}"


def _order_rows(context: RequestContext, shown: Sequence[AnyLine]) -> Rows:
    buttons = [
        context.button(
            "bot-button-board-order",
            Tap.ADMIN_ORDER,
            line.order.id,
            order=line.order.id,
            store=truncate(line.order.store_name, MAX_STORE_NAME_LENGTH),
        )
        for line in shown
        if isinstance(line, BoardLine)
    ]
    return tuple(tuple(buttons[place : place + 2]) for place in range(0, len(buttons), 2))


async def pause_command(context: RequestContext) -> Replies:
    """Handle /pause with a reason: no new orders are taken, open ones go on. Without one it asks."""
    require_admin_access(context)
    reason = " ".join(context.arguments.split())
    if len(reason) > MAX_PAUSE_REASON_LENGTH:
        return (NewMessage(admin_screen(context, context.say("bot-reason-too-long", most=MAX_PAUSE_REASON_LENGTH))),)
    if not reason:
        yes = context.button("bot-button-pause", Tap.PAUSE, style=ButtonStyle.DANGER)
        return (NewMessage(admin_screen(context, context.say("bot-pause-sure"), (yes,))),)
    await campuses_use_cases.pause_orders(context.work, context.campus, context.member, reason)
    return (NewMessage(admin_screen(context, context.say("bot-paused-because", reason=reason))),)


async def pause_tapped(context: RequestContext) -> Replies:
    """Handle the yes to a pause without a reason."""
    await require_admin_access_and_clear_input(context)
    await campuses_use_cases.pause_orders(context.work, context.campus, context.member, None)
    return (EditMenu(admin_screen(context, context.say("bot-paused"))),)


async def resume_command(context: RequestContext) -> Replies:
    """Handle /resume: new orders are taken again."""
    require_admin_access(context)
    try:
        await campuses_use_cases.resume_orders(context.work, context.campus, context.member)
    except Stale:
        return (NewMessage(admin_screen(context, context.say("bot-not-paused"))),)
    return (NewMessage(admin_screen(context, context.say("bot-resumed"))),)
