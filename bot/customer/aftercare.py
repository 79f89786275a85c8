"""What a customer says after a delivery: a thumb with one reason, or a problem that the campus team looks into."""

from aiogram.dispatcher.event.bases import SkipHandler

from bot.customer.orders import open_order
from bot.home import MENU, home_button
from bot.replies import EditMenu, NewMessage, Replies, Rows, Screen
from bot.turn import Turn
from domain.aftercare import MOST_STORY, OFFERED, REASONS, Case, ProblemKind, Rating, fits
from domain.buttons import Button, Style, Tap
from domain.draft import Expects
from domain.errors import OrderClosed, Stale
from domain.order import WITH_RUNNER
from domain.store.aftercare import case_told_in, find_case
from domain.store.drafts import expect, expect_nothing
from domain.store.use_cases import aftercare

KINDS = OFFERED


async def thumb_up(turn: Turn) -> Replies:
    """[Good]."""
    return await _thumb(turn, good=True)


async def thumb_down(turn: Turn) -> Replies:
    """[Not good]."""
    return await _thumb(turn, good=False)


async def _thumb(turn: Turn, *, good: bool) -> Replies:
    given = await aftercare.rate(turn.work, turn.campus, turn.member, turn.subject, good=good)
    screen = Screen(turn.say("bot-thumb-why", thumb=_thumb_word(given)), _reasons(turn, given))
    return (EditMenu(screen) if turn.version == MENU else NewMessage(screen),)


def _reasons(turn: Turn, given: Rating) -> Rows:
    reasons = tuple(
        turn.button("bot-button-thumb-reason", Tap.THUMB_REASON, turn.subject, number, reason=reason)
        for number, reason in enumerate(REASONS[given.good], start=1)
    )
    return reasons, (turn.button("bot-button-skip", Tap.THUMB_REASON, turn.subject, 0),)


async def thumb_reason(turn: Turn) -> Replies:
    """One reason, or [Skip]: what was said, in words, and that it may be changed."""
    given = await aftercare.give_reason(turn.work, turn.campus, turn.member, turn.subject, turn.version)
    text = turn.say(
        "bot-thumb-noted", thumb=_thumb_word(given), reason=given.reason or "none", hours=aftercare.hours(turn.campus)
    )
    change = turn.button("bot-button-thumb-again", Tap.THUMB_AGAIN, turn.subject, MENU)
    return (EditMenu(Screen(text, ((change, home_button(turn)),))),)


async def thumb_again(turn: Turn) -> Replies:
    """[Change it]: both thumbs once more; nothing changes until one is tapped."""
    up = turn.button("button-thumb-up", Tap.THUMB_UP, turn.subject, MENU)
    down = turn.button("button-thumb-down", Tap.THUMB_DOWN, turn.subject, MENU)
    return (EditMenu(Screen(turn.say("bot-thumb-again", order=turn.subject), ((up, down), (home_button(turn),)))),)


def _thumb_word(given: Rating) -> str:
    return "good" if given.good else "bad"


async def problem(turn: Turn) -> Replies:
    """[Problem]: what is it? On the way: what should the campus team know? With an open case: what else?

    What is typed at once is the story, of no kind.
    """
    order, case = await aftercare.ask_about(turn.work, turn.campus, turn.member, turn.subject)
    if case is not None:
        return (await _ask_more(turn, case),)
    here = turn.work, turn.campus.id, turn.member.person_id
    if order.status in WITH_RUNNER:
        await expect(*here, Expects.PROBLEM, order.id, ProblemKind.QUESTION)
        return (NewMessage(Screen(turn.say("bot-ask-team", order=order.id), ((_back(turn, order.id),),))),)
    await expect(*here, Expects.PROBLEM, order.id, ProblemKind.OTHER)
    kinds = tuple(_kind_button(turn, kind, number) for number, kind in enumerate(KINDS, start=1))
    screen = Screen(turn.say("bot-problem-kind", order=order.id), (kinds[:2], kinds[2:], (_back(turn, order.id),)))
    return (NewMessage(screen),)


def _kind_button(turn: Turn, kind: ProblemKind, number: int) -> Button:
    return turn.button("bot-button-problem-kind", Tap.PROBLEM_KIND, turn.subject, number, kind=kind)


async def _ask_more(turn: Turn, case: Case) -> NewMessage:
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.CASE_MORE, case.id)
    screen = Screen(turn.say("bot-case-ask-more", case=case.id), ((_back(turn, case.order_id),),))
    return NewMessage(screen)


async def problem_kind(turn: Turn) -> Replies:
    """[Missing], [Wrong], [Cold], [Not here]: and now in her own words, or with a photo."""
    kind = _kind(turn.version)
    order, case = await aftercare.ask_about(turn.work, turn.campus, turn.member, turn.subject)
    if case is not None:
        return (await _ask_more(turn, case),)
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.PROBLEM, order.id, kind)
    wordless = turn.button("bot-button-wordless", Tap.PROBLEM_WORDLESS, order.id, turn.version, style=Style.PRIMARY)
    text = turn.say("bot-problem-words", order=order.id, kind=kind)
    return (EditMenu(Screen(text, ((wordless, _back(turn, order.id)),))),)


async def send_wordless(turn: Turn) -> Replies:
    """[Send without]: the kind says it all; a second tap adds nothing."""
    kind = _kind(turn.version)
    _, case = await aftercare.ask_about(turn.work, turn.campus, turn.member, turn.subject)
    if case is None:
        case = await aftercare.report(turn.work, turn.campus, turn.member, turn.subject, kind, "", None)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (EditMenu(_told(turn, case, "bot-case-opened")),)


async def told_problem(turn: Turn) -> Replies:
    """The line or the photo that was asked for."""
    kind = ProblemKind(turn.dialogue.detail) if turn.dialogue is not None and turn.dialogue.detail else None
    if kind is None:
        raise OrderClosed
    case = await aftercare.report(turn.work, turn.campus, turn.member, turn.asked_about, kind, turn.typed, turn.photo)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (NewMessage(_told(turn, case, "bot-case-opened" if case.messages == 1 else "bot-case-added")),)


async def told_more(turn: Turn) -> Replies:
    """A line or a photo more for the open case."""
    return await _add(turn, turn.asked_about)


async def answer_back(turn: Turn) -> Replies:
    """A reply to a message about one's own case; anything else is left to others."""
    if not turn.private or turn.reply_to is None or not (turn.typed or turn.photo):
        raise SkipHandler
    case_id = await case_told_in(turn.work, turn.campus.id, turn.chat_id, turn.reply_to)
    if case_id is None or (await find_case(turn.work, turn.campus.id, case_id)).opened_by != turn.member.person_id:
        raise SkipHandler
    return await _add(turn, case_id)


async def _add(turn: Turn, case_id: int) -> Replies:
    case = await aftercare.add_to_case(turn.work, turn.campus, turn.member, case_id, turn.typed, turn.photo)
    asked = turn.dialogue
    if asked is not None and asked.expects is Expects.CASE_MORE:  # another open question still waits for its answer
        await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (NewMessage(_told(turn, case, "bot-case-added")),)


def _told(turn: Turn, case: Case, key: str) -> Screen:
    lines = [
        turn.say(key, case=case.id),
        *([] if fits(turn.typed, MOST_STORY) else [turn.say("bot-case-cut", most=MOST_STORY)]),
    ]
    more = turn.button("bot-button-case-more", Tap.PROBLEM, case.order_id)
    return Screen("\n".join(lines), ((more, _back(turn, case.order_id)), (home_button(turn),)))


def _kind(number: int) -> ProblemKind:
    if not 1 <= number <= len(KINDS):
        raise Stale
    return KINDS[number - 1]


async def step_back(turn: Turn) -> Replies:
    """[Back to my order]: the next line is no report any more."""
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return await open_order(turn)


def _back(turn: Turn, order_id: int) -> Button:
    return turn.button("bot-button-back-to-order", Tap.PROBLEM_BACK, order_id, MENU)
