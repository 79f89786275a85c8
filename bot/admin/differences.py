"""What differs between our rows and Stripe's: the list, a look now, and an admin's word that it is settled."""

from bot.admin.steering import LONGEST_ERROR, look_around, reason_of, require_desk, told
from bot.home import MENU
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.turn import Turn, cut
from domain.buttons import Button, Style, Tap
from domain.difference import Difference
from domain.draft import Expects
from domain.store.differences import words_of
from domain.store.drafts import expect, expect_nothing
from domain.store.use_cases import comparing, steering
from domain.words import Html

MOST_LISTED = 10  # shown at once, each with its buttons


async def list_differences(turn: Turn) -> Replies:
    """/differences: the oldest first."""
    await look_around(turn)
    return (NewMessage(await _list(turn)),)


async def show_list(turn: Turn) -> Replies:
    """[Differences]: the same in place of a question."""
    await look_around(turn)
    return (EditMenu(await _list(turn)),)


async def look_again(turn: Turn) -> Replies:
    """[Look again], on the list or on the alert: what a worker finds is told in this chat."""
    require_desk(turn)
    await comparing.have_looked_at(turn.work, turn.campus, turn.member, turn.subject, turn.chat_id)
    return (Answer(turn.plain("bot-looking-again")),)


async def ask_why(turn: Turn) -> Replies:
    """[Settle by hand…]: what it means, with the way back first; the next typed line is the reason, and does it."""
    require_desk(turn)
    if not turn.private:
        return (Answer(turn.plain("bot-write-with-reason", example=f"/settle {turn.subject} reason"), alert=True),)
    found = await comparing.look_at_one(turn.work, turn.campus, turn.member, turn.subject)
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.SETTLE, found.id)
    text = turn.say("bot-settle", number=found.id, line=Html(_line(turn, found)))
    return (EditMenu(Screen(text, ((_back(turn),),))),)


async def typed_reason(turn: Turn) -> Replies:
    """The reason that was asked for; what cannot be one keeps the question open."""
    require_desk(turn)
    why = " ".join(turn.typed.split())
    if not why or len(why) > steering.LONGEST_REASON:
        return (NewMessage(told(turn, turn.say("bot-reason-too-long", most=steering.LONGEST_REASON))),)
    done = await _settle(turn, turn.asked_about, why)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (NewMessage(done),)


async def settle(turn: Turn) -> Replies:
    """/settle NUMBER reason."""
    require_desk(turn)
    number, why = reason_of(turn.arguments)
    if number is None:
        return (NewMessage(told(turn, turn.say("bot-usage-settle"))),)
    return (NewMessage(await _settle(turn, number, why)),)


async def _settle(turn: Turn, number: int, why: str) -> Screen:
    await comparing.settle(turn.work, turn.campus, turn.member, number, why)
    return told(turn, turn.say("bot-settled", number=number, reason=why), (_back(turn),))


async def _list(turn: Turn) -> Screen:
    found = await comparing.differing(turn.work, turn.campus, turn.member)
    shown = found[:MOST_LISTED]
    parts = [turn.say("bot-differences", count=len(found)), *(_line(turn, each) for each in shown)]
    rows = [
        (
            turn.button("bot-button-look-at-difference", Tap.LOOK_AGAIN, each.id, MENU, number=each.id),
            turn.button("bot-button-settle", Tap.SETTLE, each.id, MENU, style=Style.DANGER, number=each.id),
        )
        for each in shown
    ]
    return told(turn, "\n\n".join(parts), *rows)


def _line(turn: Turn, found: Difference) -> str:
    said = words_of(found) | {"note": cut(found.note or "-", LONGEST_ERROR)}
    since = f"{found.first_seen.astimezone(turn.campus.zone):%d.%m. %H:%M}"
    return turn.say("bot-difference-line", **said, since=since)


def _back(turn: Turn) -> Button:
    return turn.button("bot-button-differences", Tap.DIFFERENCES, 0, MENU)
