"""An admin's word that what is stuck was settled elsewhere: what it means, then the reason, which does it."""

from bot.admin.steering import look_around, reason_of, require_desk, saga_line, told
from bot.home import MENU
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.buttons import Button, Tap
from domain.draft import Expects
from domain.store.drafts import expect, expect_nothing
from domain.store.stuck import StuckSaga
from domain.store.use_cases import steering
from domain.words import Html


async def ask_why(turn: Turn) -> Replies:
    """[Resolve by hand…]: what it means, with the way back first; the next typed line is the reason, and does it."""
    await look_around(turn)
    if not turn.private:
        return (Answer(turn.plain("bot-write-with-reason", example=f"/resolve {turn.subject} reason"), alert=True),)
    found = await steering.look_at_stuck(turn.work, turn.campus, turn.member, turn.subject)
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.RESOLVE, found.number)
    line, after = Html(saga_line(turn, found)), Html(await _after(turn, found))
    return (EditMenu(Screen(turn.say("bot-resolve", number=found.number, line=line, after=after), ((_back(turn),),))),)


async def typed_reason(turn: Turn) -> Replies:
    """The reason that was asked for; what cannot be one keeps the question open."""
    require_desk(turn)
    why = " ".join(turn.typed.split())
    if not why or len(why) > steering.LONGEST_REASON:
        return (NewMessage(told(turn, turn.say("bot-reason-too-long", most=steering.LONGEST_REASON))),)
    done = await _resolve(turn, turn.asked_about, why)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (NewMessage(done),)


async def resolve(turn: Turn) -> Replies:
    """/resolve NUMBER reason."""
    require_desk(turn)
    number, why = reason_of(turn.arguments)
    if number is None:
        return (NewMessage(told(turn, turn.say("bot-usage-resolve"))),)
    return (NewMessage(await _resolve(turn, number, why)),)


async def _resolve(turn: Turn, number: int, why: str) -> Screen:
    found = await steering.resolve(turn.work, turn.campus, turn.member, number, why)
    text = turn.say("bot-resolved", number=number, reason=why, after=Html(await _after(turn, found)))
    if found.order_id is None:
        return told(turn, text, (_back(turn),))
    look = turn.button("bot-button-open-order", Tap.ADMIN_ORDER, found.order_id, MENU)
    return told(turn, text, (_back(turn), look))


async def _after(turn: Turn, found: StuckSaga) -> str:
    """What the order that hangs on it looks like afterwards: as it does now, whatever was settled elsewhere."""
    if found.order_id is None:
        return turn.say("bot-resolve-alone")
    order, _ = await steering.look_at(turn.work, turn.campus, turn.member, found.order_id)
    return turn.say("bot-resolve-order", order=order.id, status=order.status)


def _back(turn: Turn) -> Button:
    return turn.button("bot-button-stuck", Tap.STUCK, 0, MENU)
