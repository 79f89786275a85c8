"""The board: every open order by state, the late ones in words; and whether new orders are taken at all."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from bot.admin.steering import look_around, require_desk, told
from bot.home import MENU
from bot.pages import Page, page_of, steps
from bot.replies import Answer, EditMenu, NewMessage, Replies, Rows, Screen
from bot.turn import Turn, cut
from domain.buttons import Tap
from domain.campus import Campus
from domain.errors import Stale
from domain.lateness import Lateness, lateness, minutes
from domain.store.board import BoardLine
from domain.store.use_cases import steering

LONGEST_STORE = 14  # characters of its name on a button
LONGEST_PAUSE = 120  # characters of a reason to pause: it is told in the answer to a tap


async def show(turn: Turn) -> Replies:
    """/board."""
    await look_around(turn)
    return (NewMessage(await _board(turn, turn.campus, 0)),)


async def turn_page(turn: Turn) -> Replies:
    """[Refresh], [Board], and the pages: the same message, as it is now."""
    await look_around(turn)
    screen = await _board(turn, turn.campus, turn.subject)
    if not turn.version:
        return (NewMessage(screen),)
    return Answer(turn.plain("bot-board-fresh")), EditMenu(screen)


async def _board(turn: Turn, campus: Campus, page: int) -> Screen:
    lines = await steering.board(turn.work, turn.campus, turn.member)
    shown = page_of(lines, page)
    parts = [_headline(turn, lines, shown), _pause_line(turn, campus), *_states(turn, shown.things)]
    rows = (*_order_rows(turn, shown.things), steps(turn, Tap.BOARD, shown))
    return Screen("\n".join(part for part in parts if part), rows)


def _headline(turn: Turn, lines: Sequence[BoardLine], shown: Page[BoardLine]) -> str:
    at = f"{turn.work.now.astimezone(turn.campus.zone):%H:%M:%S}"
    head = [turn.say("bot-board", at=at, count=len(lines))]
    if shown.count > 1:
        head.append(turn.say("bot-board-page", page=shown.number + 1, pages=shown.count))
    counts = Counter(line.order.status for line in lines)
    told = [turn.say("bot-board-count", count=count, status=status) for status, count in counts.items()]
    return " · ".join(head) + ("\n" + " · ".join(told) if told else "")


def _pause_line(turn: Turn, campus: Campus) -> str:
    if not campus.paused:
        return ""
    if campus.pause_reason:
        return turn.say("bot-board-paused-because", reason=campus.pause_reason)
    return turn.say("bot-board-paused")


def _states(turn: Turn, shown: Sequence[BoardLine]) -> list[str]:
    said: list[str] = []
    for status, lines in groupby(shown, key=lambda line: line.order.status):
        said += ["", turn.say("bot-board-state", status=status), *(_line(turn, line) for line in lines)]
    return ["\n".join(said)] if said else []


def _line(turn: Turn, line: BoardLine) -> str:
    order, waited = line.order, minutes(line.since, turn.work.now)
    who = line.runner_name or order.drop_point
    said = turn.say("bot-board-line", order=order.id, store=order.store_name, who=who, minutes=waited)
    why = lateness(order.status, line.since, turn.work.now, turn.campus.windows, silent=line.silent)
    if why is Lateness.NONE:
        return said
    return f"{said} · {turn.say('bot-board-late', why=why, minutes=waited)}"


def _order_rows(turn: Turn, shown: Sequence[BoardLine]) -> Rows:
    buttons = [
        turn.button(
            "bot-button-board-order",
            Tap.ADMIN_ORDER,
            line.order.id,
            MENU,
            order=line.order.id,
            store=cut(line.order.store_name, LONGEST_STORE),
        )
        for line in shown
    ]
    return tuple(tuple(buttons[place : place + 2]) for place in range(0, len(buttons), 2))


async def pause(turn: Turn) -> Replies:
    """/pause, perhaps with a reason: no new orders; open ones go on."""
    require_desk(turn)
    why = " ".join(turn.arguments.split())
    if len(why) > LONGEST_PAUSE:
        return (NewMessage(told(turn, turn.say("bot-reason-too-long", most=LONGEST_PAUSE))),)
    await steering.pause(turn.work, turn.campus, turn.member, why or None)
    said = turn.say("bot-paused-because", reason=why) if why else turn.say("bot-paused")
    return (NewMessage(told(turn, said)),)


async def resume(turn: Turn) -> Replies:
    """/resume: new orders again."""
    require_desk(turn)
    try:
        await steering.resume(turn.work, turn.campus, turn.member)
    except Stale:
        return (NewMessage(told(turn, turn.say("bot-not-paused"))),)
    return (NewMessage(told(turn, turn.say("bot-resumed"))),)
