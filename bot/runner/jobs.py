"""A job between the claim and the door: claimed, given back, picked up."""

from bot.home import MENU, home_button
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.buttons import Style, Tap
from domain.errors import OrderClosed
from domain.order import Order, OrderEvent, OrderStatus, allowed
from domain.people import Action
from domain.store.drafts import expect_nothing
from domain.store.orders import find_order
from domain.store.use_cases import running
from domain.store.use_cases.permission import require_job


async def claim(turn: Turn) -> Replies:
    """[Claim]: the toast says what really happened; a loser's is the refusal's sentence."""
    order = await running.claim(turn.work, turn.campus, turn.member, turn.subject)
    return (Answer(turn.plain("bot-claimed", order=order.id), alert=True),)


async def ask_release(turn: Turn) -> Replies:
    """[Can't do it] asks once."""
    order = await _job(turn, Action.RELEASE, OrderEvent.RELEASED)
    keep = turn.button("bot-button-keep-job", Tap.OPEN_ORDER, order.id, MENU)
    sure = turn.button("bot-button-release-sure", Tap.RELEASE_SURE, order.id, order.version, style=Style.DANGER)
    return (NewMessage(Screen(turn.say("bot-release-sure", order=order.id), ((keep, sure),))),)


async def release(turn: Turn) -> Replies:
    """[Yes, give it back]."""
    order = await running.release(turn.work, turn.campus, turn.member, turn.subject)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (EditMenu(Screen(turn.say("bot-released", order=order.id), ((home_button(turn),),))),)


async def pick_up(turn: Turn) -> Replies:
    """[Picked up]; on the note of the purchase the next button comes in its place, also if the card was quicker."""
    on_note = turn.version == MENU
    order = await find_order(turn.work, turn.campus.id, turn.subject)
    require_job(turn.member, Action.PICK_UP, order)
    if not (on_note and order.status is OrderStatus.ON_THE_WAY):
        order = await running.pick_up(turn.work, turn.campus, turn.member, turn.subject)
    if not on_note:
        return (Answer(turn.plain("bot-picked-up", place=order.drop_point)),)
    here = turn.button("button-here", Tap.HERE, order.id, MENU, style=Style.PRIMARY)
    words = turn.say("bot-bring-here", order=order.id, place=order.drop_point)
    return (EditMenu(Screen(words, ((here,), (home_button(turn),)))),)


async def _job(turn: Turn, action: Action, event: OrderEvent) -> Order:
    """The runner's own job, while the event is possible."""
    order = await find_order(turn.work, turn.campus.id, turn.subject)
    require_job(turn.member, action, order)
    if not allowed(order.status, event):
        raise OrderClosed
    return order
