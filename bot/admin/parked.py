"""What is parked, at the admins' desk: the list, one more try, and the end of it with a reason."""

from bot.admin.steering import LONGEST_ERROR, look_around, reason_of, require_desk, told
from bot.home import MENU
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.turn import Turn, cut
from domain.buttons import Button, Style, Tap
from domain.draft import Expects
from domain.parking import Parked
from domain.store.drafts import expect, expect_nothing
from domain.store.use_cases import parking, steering
from domain.words import Html

MOST_LISTED = 10  # shown at once, each with its buttons


async def list_parked(turn: Turn) -> Replies:
    """/parked: the oldest first."""
    await look_around(turn)
    return (NewMessage(await _list(turn)),)


async def show_list(turn: Turn) -> Replies:
    """[Parked], on an alert or in place of a question."""
    await look_around(turn)
    screen = await _list(turn)
    return (EditMenu(screen),) if turn.version else (NewMessage(screen),)


async def try_again(turn: Turn) -> Replies:
    """[Try again], or [Send again] where nobody knows whether it was sent."""
    require_desk(turn)
    found = await parking.try_again(turn.work, turn.campus, turn.member, turn.subject)
    said = turn.plain("bot-sent-again") if found.perhaps else turn.plain("bot-retried")
    return Answer(said), EditMenu(await _list(turn))


async def ask_why(turn: Turn) -> Replies:
    """[Drop…]: what it means, with the way back first; the next typed line is the reason, and does it."""
    await look_around(turn)
    if not turn.private:
        return (Answer(turn.plain("bot-write-with-reason", example=f"/drop {turn.subject} reason"), alert=True),)
    found = await parking.look_at_one(turn.work, turn.campus, turn.member, turn.subject)
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.DROP, found.id)
    text = turn.say("bot-drop", number=found.id, line=Html(_line(turn, found)), kind=found.word)
    return (EditMenu(Screen(text, ((_back(turn),),))),)


async def typed_reason(turn: Turn) -> Replies:
    """The reason that was asked for; what cannot be one keeps the question open."""
    require_desk(turn)
    why = " ".join(turn.typed.split())
    if not why or len(why) > steering.LONGEST_REASON:
        return (NewMessage(told(turn, turn.say("bot-reason-too-long", most=steering.LONGEST_REASON))),)
    done = await _drop(turn, turn.asked_about, why)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (NewMessage(done),)


async def drop(turn: Turn) -> Replies:
    """/drop NUMBER reason."""
    require_desk(turn)
    number, why = reason_of(turn.arguments)
    if number is None:
        return (NewMessage(told(turn, turn.say("bot-usage-drop"))),)
    return (NewMessage(await _drop(turn, number, why)),)


async def _drop(turn: Turn, number: int, why: str) -> Screen:
    await parking.drop(turn.work, turn.campus, turn.member, number, why)
    return told(turn, turn.say("bot-dropped", number=number, reason=why), (_back(turn),))


async def _list(turn: Turn) -> Screen:
    found = await parking.listed(turn.work, turn.campus, turn.member)
    shown = found[:MOST_LISTED]
    parts = [turn.say("bot-parked", count=len(found)), *(_line(turn, each) for each in shown)]
    rows = [
        (
            _again(turn, each),
            turn.button("bot-button-drop", Tap.DROP, each.id, MENU, style=Style.DANGER, number=each.id),
        )
        for each in shown
    ]
    stuck = turn.button("bot-button-stuck", Tap.STUCK, 0, MENU)
    return told(turn, "\n\n".join(parts), *rows, (stuck,))


def _line(turn: Turn, found: Parked) -> str:
    return turn.say(
        "bot-parked-line",
        number=found.id,
        kind=found.word,
        order="-" if found.order_id is None else str(found.order_id),
        since=f"{found.parked_at.astimezone(turn.campus.zone):%d.%m. %H:%M}",
        tries=found.tries,
        shown=found.shown,
        error=cut(found.error, LONGEST_ERROR),
    )


def _again(turn: Turn, found: Parked) -> Button:
    if found.perhaps:
        return turn.button("bot-button-send-again", Tap.UNPARK, found.id, MENU, number=found.id)
    return turn.button("bot-button-retry", Tap.UNPARK, found.id, MENU, number=found.id)


def _back(turn: Turn) -> Button:
    return turn.button("bot-button-parked-back", Tap.PARKED, 0, MENU)
