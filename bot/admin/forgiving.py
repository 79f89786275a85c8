"""How an admin lets go what a customer owes: what it means, a reason she will read, and then it is done."""

from bot.admin.steering import reason_of, require_desk, told
from bot.home import MENU
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.buttons import Tap
from domain.draft import Expects
from domain.store.drafts import expect, expect_nothing
from domain.store.people import find_member
from domain.store.use_cases import owing, steering


async def ask_why(turn: Turn) -> Replies:
    """[Let #7 go…]: what it means, with the way back; the next typed line is the reason, and does it."""
    require_desk(turn)
    if not turn.private:
        return (Answer(turn.plain("bot-write-with-reason", example=f"/forgive {turn.subject} reason"), alert=True),)
    owed = await owing.look_at_debt(turn.work, turn.campus, turn.member, turn.subject)
    await expect(turn.work, turn.campus.id, turn.member.person_id, Expects.FORGIVE, owed.order_id)
    customer = await find_member(turn.work, turn.campus.id, owed.customer_id)
    text = turn.say("bot-forgive", customer=customer.first_name, amount=turn.money(owed.amount), order=owed.order_id)
    keep = turn.button("bot-button-leave", Tap.ADMIN_ORDER, owed.order_id, MENU)
    return (EditMenu(Screen(text, ((keep,),))),)


async def typed_reason(turn: Turn) -> Replies:
    """The reason that was asked for; what cannot be one keeps the question open."""
    require_desk(turn)
    why = " ".join(turn.typed.split())
    if not why or len(why) > steering.LONGEST_REASON:
        return (NewMessage(told(turn, turn.say("bot-reason-too-long", most=steering.LONGEST_REASON))),)
    done = await _forgive(turn, turn.asked_about, why)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (NewMessage(done),)


async def command(turn: Turn) -> Replies:
    """/forgive NUMBER reason."""
    require_desk(turn)
    number, why = reason_of(turn.arguments)
    if number is None:
        return (NewMessage(told(turn, turn.say("bot-usage-forgive"))),)
    return (NewMessage(await _forgive(turn, number, why)),)


async def _forgive(turn: Turn, order_id: int, why: str) -> Screen:
    owed = await owing.forgive(turn.work, turn.campus, turn.member, order_id, why)
    amount = turn.money(owed.amount)
    look = turn.button("bot-button-open-order", Tap.ADMIN_ORDER, order_id, MENU)
    return told(turn, turn.say("bot-forgiven", amount=amount, order=order_id, reason=why), (look,))
