"""What an admin does about reported problems: the list, one case with all that was said, an answer, the last word."""

from datetime import timedelta

from aiogram.dispatcher.event.bases import SkipHandler

from bot.admin.steering import MOST_LINES, NUMBER, require_desk
from bot.home import MENU, home_button, on_menu
from bot.replies import Answer, EditMenu, NewMessage, Replies, Rows, Screen
from bot.turn import Turn
from domain.aftercare import MOST_EXCERPT, MOST_NAME, MOST_STORY, Case, CaseStatus, Outcome, fits, shortened
from domain.buttons import Button, Style, Tap
from domain.draft import Expects
from domain.errors import CaseClosed, Stale
from domain.people import Role
from domain.store.aftercare import case_told_in
from domain.store.drafts import expect, expect_nothing
from domain.store.events import Event
from domain.store.people import find_member
from domain.store.use_cases import aftercare

MOST_BUTTONS = 8  # cases with a button of their own
LONGEST_LINE = 300  # of what was said, in the look at a case
OUTCOMES = tuple(Outcome)


async def list_cases(turn: Turn) -> Replies:
    """/cases: what is open, oldest first."""
    require_desk(turn)
    return (NewMessage(await _list(turn)),)


async def back_to_list(turn: Turn) -> Replies:
    """[Cases]."""
    require_desk(turn)
    await _ask_nothing(turn)
    return (on_menu(turn, await _list(turn)),)


async def _list(turn: Turn) -> Screen:
    cases = await aftercare.list_cases(turn.work, turn.campus, turn.member)
    lines = [_line(turn, case) for case in cases[:MOST_LINES]]
    rows: Rows = tuple(
        (turn.button("bot-button-case", Tap.CASE, case.id, MENU, case=case.id),) for case in cases[:MOST_BUTTONS]
    )
    home: Rows = ((home_button(turn),),) if turn.private else ()
    return Screen("\n".join([turn.say("bot-cases", count=len(cases)), *lines]), (*rows, *home))


def _line(turn: Turn, case: Case) -> str:
    return turn.say(
        "bot-case-line",
        case=case.id,
        order=case.order_id,
        kind=case.kind,
        age=_age(turn, turn.work.now - case.opened_at),
        words=shortened(" ".join(case.story.split()), MOST_EXCERPT) or "-",
    )


def _age(turn: Turn, passed: timedelta) -> str:
    hours, minutes = divmod(int(passed.total_seconds()) // 60, 60)
    if hours >= 24:
        return turn.plain("bot-age-days", days=hours // 24, hours=hours % 24)
    if hours:
        return turn.plain("bot-age-hours", hours=hours, minutes=minutes)
    return turn.plain("bot-age", minutes=minutes)


async def case(turn: Turn) -> Replies:
    """/case NUMBER shows it; /case NUMBER words answers the customer; with a photo too."""
    require_desk(turn)
    number, words = _number_and_words(turn)
    if number is None:
        return (NewMessage(Screen(turn.say("bot-usage-case"), (_back(turn),))),)
    if words or turn.photo:
        return await _answer(turn, number, words)
    return (NewMessage(await _one(turn, number)),)


async def look_at_case(turn: Turn) -> Replies:
    """[Look at 3], on the list, and the way back from a question: the next line goes to nobody any more."""
    require_desk(turn)
    await _ask_nothing(turn)
    return (on_menu(turn, await _one(turn, turn.subject)),)


async def _one(turn: Turn, number: int) -> Screen:
    found, said = await aftercare.look_at_case(turn.work, turn.campus, turn.member, number)
    lines = [_line(turn, found), *[await _said(turn, line) for line in said[-MOST_LINES:]]]
    if found.status is CaseStatus.CLOSED:
        return Screen("\n".join(lines), (_back(turn),))
    acts = (
        turn.button("button-case-answer", Tap.CASE_ANSWER, found.id),
        turn.button("button-case-close", Tap.CASE_CLOSE, found.id),
    )
    return Screen("\n".join(lines), (acts, _back(turn)))


async def _said(turn: Turn, line: Event) -> str:
    person = line.actor.person_id
    name = "-" if person is None else (await find_member(turn.work, turn.campus.id, person)).first_name
    return turn.say(
        "bot-case-said",
        at=f"{line.at.astimezone(turn.campus.zone):%d.%m. %H:%M}",
        who=shortened(name, MOST_NAME),
        team="yes" if line.actor.role is Role.ADMIN else "no",
        words=shortened(line.reason or "-", MOST_STORY if line.event == "opened" else LONGEST_LINE),
    )


async def ask_answer(turn: Turn) -> Replies:
    """[Answer]: in a group the bot hears replies and commands only, in private the next line is the answer."""
    require_desk(turn)
    found = await _open(turn)
    if not turn.private:
        return (Answer(turn.plain("bot-case-how-to-answer", case=found.id), alert=True),)
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.CASE_ANSWER, found.id)
    back = turn.button("bot-button-case-back", Tap.CASE, found.id, MENU)
    return (NewMessage(Screen(turn.say("bot-case-ask-answer", case=found.id), ((back,),))),)


async def typed_answer(turn: Turn) -> Replies:
    """The line or photo that was asked for by [Answer]."""
    require_desk(turn)
    said = await _answer(turn, turn.asked_about, turn.typed)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return said


async def answer_by_reply(turn: Turn) -> Replies:
    """A reply to a message about a case, in the admin chat; anything else is left to others."""
    here = turn.chat_id == turn.campus.admin_chat and turn.reply_to is not None
    if not here or turn.reply_to is None or not (turn.typed or turn.photo):
        raise SkipHandler
    number = await case_told_in(turn.work, turn.campus.id, turn.chat_id, turn.reply_to)
    if number is None:
        raise SkipHandler
    return await _answer(turn, number, turn.typed)


async def _answer(turn: Turn, number: int, words: str) -> Replies:
    found = await aftercare.answer_case(
        turn.work, turn.campus, turn.member, number, words, turn.photo, in_admin_chat=_in_admin_chat(turn)
    )
    customer = await find_member(turn.work, turn.campus.id, found.opened_by)
    key = "bot-case-answered" if customer.reachable else "bot-case-unreachable"
    lines = [
        turn.say(key, case=found.id, customer=customer.first_name),
        *([] if fits(words, MOST_STORY) else [turn.say("bot-case-cut", most=MOST_STORY)]),
    ]
    return (NewMessage(Screen("\n".join(lines), (_back(turn),))),)


async def close(turn: Turn) -> Replies:
    """/close_case NUMBER outcome: the customer reads it, so there is no closing without."""
    require_desk(turn)
    number, words = _number_and_words(turn)
    if number is None or not words:
        return (NewMessage(Screen(turn.say("bot-usage-close-case"), (_back(turn),))),)
    return (NewMessage(await _close(turn, number, words)),)


async def ask_close(turn: Turn) -> Replies:
    """[Close case] asks with which words."""
    require_desk(turn)
    found = await _open(turn)
    keep = turn.button("bot-button-case-keep", Tap.CASE, found.id, MENU)
    outcomes = tuple((_outcome_button(turn, found, number),) for number in range(1, len(OUTCOMES) + 1))
    return (NewMessage(Screen(turn.say("bot-case-close-how", case=found.id), ((keep,), *outcomes))),)


def _outcome_button(turn: Turn, found: Case, number: int) -> Button:
    outcome = OUTCOMES[number - 1]
    return turn.button(
        "bot-button-case-outcome", Tap.CASE_CLOSE_SURE, found.id, number, style=Style.DANGER, outcome=outcome
    )


async def close_with_outcome(turn: Turn) -> Replies:
    """One of the ready outcomes."""
    require_desk(turn)
    if not 1 <= turn.version <= len(OUTCOMES):
        raise Stale
    words = turn.plain("bot-case-outcome", outcome=OUTCOMES[turn.version - 1])
    return (EditMenu(await _close(turn, turn.subject, words)),)


async def _close(turn: Turn, number: int, words: str) -> Screen:
    closed = await aftercare.close_case(
        turn.work, turn.campus, turn.member, number, words, in_admin_chat=_in_admin_chat(turn)
    )
    return Screen(turn.say("bot-case-closed", case=closed.id, words=closed.outcome or "-"), (_back(turn),))


async def _open(turn: Turn) -> Case:
    found, _ = await aftercare.look_at_case(turn.work, turn.campus, turn.member, turn.subject)
    if found.status is CaseStatus.CLOSED:
        raise CaseClosed(case=found.id)
    return found


async def _ask_nothing(turn: Turn) -> None:
    if turn.private:
        await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)


def _back(turn: Turn) -> tuple[Button, ...]:
    return (turn.button("bot-button-cases", Tap.CASES, version=MENU),)


def _in_admin_chat(turn: Turn) -> bool:
    return turn.chat_id == turn.campus.admin_chat


def _number_and_words(turn: Turn) -> tuple[int | None, str]:
    """What stands behind a command: a number, and words with their line breaks."""
    _, _, behind = turn.typed.partition(" ")
    number, words = (*behind.strip().split(maxsplit=1), "", "")[:2]
    found = NUMBER.fullmatch(number)
    return (int(found[1]) if found else None), words.strip()
