"""Who runs here: who asks is approved, who harms is suspended with a reason, and everybody's standing is seen."""

from collections import Counter
from collections.abc import Sequence

from bot.admin.acts import Act, by_command, carry_out, example_of, reason_wanted
from bot.admin.steering import MOST_LINES, NUMBER, look_around, reason_of, require_desk, told
from bot.home import MENU
from bot.pages import page_of, steps
from bot.replies import Answer, EditMenu, NewMessage, Replies, Rows, Screen
from bot.turn import Turn, cut
from domain.buttons import Button, Style, Tap
from domain.people import Member, RunnerStatus
from domain.store.people import find_member
from domain.store.runners import RunnerLine, runner_behind
from domain.store.use_cases import roster, steering

LONGEST_NAME = 10  # characters on a button
LAST_DIGITS = 4  # of a number, beside a name that two have
ON_ROSTER = 2  # the version of [Approve] on /runners; MENU is that on /approve


async def approve(turn: Turn) -> Replies:
    """/approve lists who asks; /approve NUMBER says yes."""
    require_desk(turn)
    number = NUMBER.fullmatch(turn.arguments)
    if number is None:
        return (NewMessage(await _asking(turn)),)
    await roster.approve(turn.work, turn.campus, turn.member, int(number[1]))
    name = (await find_member(turn.work, turn.campus.id, int(number[1]))).first_name
    return (NewMessage(told(turn, turn.say("bot-approved", name=name))),)


async def approve_tapped(turn: Turn) -> Replies:
    """[Approve], on a list or on the message that told of the asking."""
    require_desk(turn)
    await roster.approve(turn.work, turn.campus, turn.member, turn.subject)
    said = Answer(turn.plain("bot-approved-toast"))
    if not turn.version:
        return (said,)
    return said, EditMenu(await (_roster(turn, 0) if turn.version == ON_ROSTER else _asking(turn)))


async def _asking(turn: Turn) -> Screen:
    waiting = await roster.asking(turn.work, turn.campus, turn.member)
    rows: Rows = tuple((_approve_button(turn, member),) for member in waiting[:MOST_LINES])
    return told(turn, turn.say("bot-asking", count=len(waiting)), *rows)


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


async def show(turn: Turn) -> Replies:
    """/runners."""
    await look_around(turn)
    return (NewMessage(await _roster(turn, 0)),)


async def turn_page(turn: Turn) -> Replies:
    """[Runners], its pages, and back from a question."""
    await look_around(turn)
    return (EditMenu(await _roster(turn, turn.subject)),)


async def _roster(turn: Turn, page: int) -> Screen:
    everybody = await roster.runners(turn.work, turn.campus, turn.member)
    shown = page_of(everybody, page)
    namesakes = Counter(cut(line.first_name, LONGEST_NAME) for line in shown.things)
    buttons = [_standing_button(turn, line, namesakes) for line in shown.things]
    rows = [tuple(buttons[place : place + 2]) for place in range(0, len(buttons), 2)]
    said = "\n".join([_headline(turn, everybody), *(_line(turn, line) for line in shown.things)])
    return Screen(said, (*rows, steps(turn, Tap.RUNNERS, shown)))


def _headline(turn: Turn, everybody: Sequence[RunnerLine]) -> str:
    if not everybody:
        return turn.say("bot-runners-none")
    count = Counter(line.status for line in everybody)
    return turn.say(
        "bot-runners",
        approved=count[RunnerStatus.APPROVED],
        asked=count[RunnerStatus.ASKED],
        suspended=count[RunnerStatus.SUSPENDED],
    )


def _line(turn: Turn, line: RunnerLine) -> str:
    return turn.say(
        "bot-runners-line",
        name=line.first_name,
        number=str(line.person_id),
        status=line.status,
        holding=line.holding,
        completed=line.completed,
        ready="yes" if line.payouts_ready else "no",
    )


def _standing_button(turn: Turn, line: RunnerLine, namesakes: Counter[str]) -> Button:
    """What may be done about her; of two with one name, the end of the number says which."""
    name, number = cut(line.first_name, LONGEST_NAME), line.person_id
    if namesakes[name] > 1:
        name = f"{cut(name, LONGEST_NAME - LAST_DIGITS)} {str(number)[-LAST_DIGITS:]}"
    match line.status:
        case RunnerStatus.APPROVED:
            return turn.button("bot-button-suspend", Tap.SUSPEND, number, MENU, style=Style.DANGER, name=name)
        case RunnerStatus.SUSPENDED:
            return turn.button("bot-button-unsuspend", Tap.UNSUSPEND, number, MENU, name=name)
        case _:
            return turn.button(
                "bot-button-approve-runner", Tap.APPROVE, number, ON_ROSTER, style=Style.SUCCESS, name=name
            )


async def ask_suspend(turn: Turn) -> Replies:
    """[Suspend…]: what it means, with the way back first."""
    await look_around(turn)
    runner = await roster.look_at(turn.work, turn.campus, turn.member, turn.subject)
    if not turn.private:
        return (by_command(turn, example_of(Act.SUSPEND, turn.subject)),)
    sure = turn.button("bot-button-sure-suspend", Tap.SUSPEND_SURE, runner.person_id, MENU, style=Style.DANGER)
    return (
        EditMenu(
            Screen(
                turn.say("bot-act-suspend", name=runner.first_name, number=str(runner.person_id)),
                ((_leave(turn),), (sure,)),
            )
        ),
    )


async def ask_reason(turn: Turn) -> Replies:
    """[Yes, suspend]: the next typed line is the reason, and does it."""
    require_desk(turn)
    runner = await roster.look_at(turn.work, turn.campus, turn.member, turn.subject)
    return (EditMenu(await reason_wanted(turn, Act.SUSPEND, runner.person_id, _leave(turn))),)


def _leave(turn: Turn) -> Button:
    return turn.button("bot-button-leave", Tap.RUNNERS, 0, MENU)


async def suspend(turn: Turn) -> Replies:
    """/suspend NUMBER reason; in reply to a message about an order /suspend reason means its runner."""
    require_desk(turn)
    number, why = reason_of(turn.arguments)
    about_reply = turn.arguments and NUMBER.fullmatch(turn.arguments) is None  # a number alone names somebody else
    if number is None and turn.reply_to is not None and about_reply:
        number = await runner_behind(turn.work, turn.campus.id, turn.chat_id, turn.reply_to)
        why = cut(" ".join(turn.arguments.split()), steering.LONGEST_REASON)
    if number is None:
        return (NewMessage(told(turn, turn.say("bot-usage-suspend"))),)
    return (NewMessage(await carry_out(turn, Act.SUSPEND, number, why)),)


async def unsuspend(turn: Turn) -> Replies:
    """/unsuspend NUMBER."""
    require_desk(turn)
    number = NUMBER.fullmatch(turn.arguments)
    if number is None:
        return (NewMessage(told(turn, turn.say("bot-usage-unsuspend"))),)
    await roster.unsuspend(turn.work, turn.campus, turn.member, int(number[1]))
    back = turn.button("bot-button-runners", Tap.RUNNERS, 0, MENU)
    name = (await find_member(turn.work, turn.campus.id, int(number[1]))).first_name
    return (NewMessage(Screen(turn.say("bot-unsuspended", name=name), ((back,),))),)


async def unsuspend_tapped(turn: Turn) -> Replies:
    """[Let back]."""
    require_desk(turn)
    await roster.unsuspend(turn.work, turn.campus, turn.member, turn.subject)
    return Answer(turn.plain("bot-unsuspended-toast")), EditMenu(await _roster(turn, 0))
