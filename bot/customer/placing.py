"""From the review to an order, and what a customer does with it afterwards."""

from bot.customer.basket import begin_draft, outdated
from bot.customer.pending import being_placed, pending_order
from bot.customer.screens import flow
from bot.home import MENU, home, home_button, on_menu
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.buttons import Style, Tap
from domain.draft import Draft
from domain.errors import DraftChanged, OrderClosed, Stale
from domain.order import Order, OrderStatus
from domain.people import Action
from domain.store.customer_debts import require_no_debt
from domain.store.drafts import expect_nothing, find_draft, lock_draft
from domain.store.opening import require_campus_open
from domain.store.orders import find_order
from domain.store.under_way import just_started
from domain.store.use_cases import ordering
from domain.store.use_cases.permission import require

CANCELLABLE = frozenset({OrderStatus.PENDING, OrderStatus.CREATED})


async def order_food(turn: Turn) -> Replies:
    """[Order food]: go on with the basket there is, or begin one."""
    require(turn.member, Action.PLACE)
    require_campus_open(turn.campus, turn.work.now)
    pending = await pending_order(turn)
    if pending is not None:
        return (on_menu(turn, being_placed(turn, pending)),)
    await require_no_debt(turn.work, turn.campus.id, turn.member.person_id)
    draft = await begin_draft(turn)
    return (on_menu(turn, await flow.next_screen(turn, draft)),)


async def review(turn: Turn) -> Replies:
    """[Continue my order], from a message of its own."""
    require(turn.member, Action.PLACE)
    pending = await pending_order(turn)
    if pending is not None:
        return (on_menu(turn, being_placed(turn, pending)),)
    draft = await find_draft(turn.work, turn.campus.id, turn.member.person_id)
    return (on_menu(turn, await home(turn) if draft is None else await flow.next_screen(turn, draft)),)


async def place(turn: Turn) -> Replies:
    """[Place order] under the ceiling on the button."""
    require(turn.member, Action.PLACE)
    draft = await lock_draft(turn.work, turn.campus.id, turn.member.person_id)
    if draft is None or draft.version != turn.version:  # placed already, or changed on another device
        return await outdated(turn, draft)
    if await _waits_for_card(turn, draft):
        return (Answer(turn.plain("bot-card-link-coming")),)
    try:
        outcome = await ordering.place(turn.work, turn.campus, turn.member, version=turn.version, ceiling=turn.subject)
    except DraftChanged as changed:
        return Answer(turn.plain(changed.key), alert=True), EditMenu(await flow.next_screen(turn, draft))
    except Stale:  # being placed already, or its store is gone
        return await outdated(turn, draft)
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    match outcome:
        case ordering.Placed(order_id=order_id):
            return (EditMenu(Screen(turn.say("bot-placed", order=order_id), ((home_button(turn),),))),)
        case ordering.CardWanted():
            back = turn.button("bot-button-review", Tap.REVIEW, version=turn.version)
            return (EditMenu(Screen(turn.say("bot-card-wanted"), ((back,), (home_button(turn),)))),)


async def _waits_for_card(turn: Turn, draft: Draft) -> bool:
    """A second tap on the same offer while the link is on its way starts nothing."""
    if turn.member.card is not None or draft.asked_ceiling != turn.subject:
        return False
    return await just_started(turn.work, turn.campus.id, turn.member.person_id, "save_card")


async def add_card(turn: Turn) -> Replies:
    """[Add card], [Change card]: the link follows as a message of its own."""
    if not await just_started(turn.work, turn.campus.id, turn.member.person_id, "save_card"):
        await ordering.add_card(turn.work, turn.campus, turn.member)
    return (Answer(turn.plain("bot-card-link-coming")),)


async def ask_cancel(turn: Turn) -> Replies:
    """[Cancel order] asks once, in a small menu of its own: the card stays as it is."""
    order = await _own(turn)
    if order.status not in CANCELLABLE:
        raise OrderClosed
    keep = turn.button("bot-button-keep", Tap.OPEN_ORDER, order.id, MENU)
    sure = turn.button("bot-button-cancel-sure", Tap.CANCEL_SURE, order.id, order.version, style=Style.DANGER)
    return (NewMessage(Screen(turn.say("bot-cancel-sure", order=order.id), ((keep, sure),))),)


async def cancel(turn: Turn) -> Replies:
    """[Yes, cancel]: the use case decides by the state of now, not of the button."""
    order = await ordering.cancel(turn.work, turn.campus, turn.member, turn.subject)
    key = "bot-cancelling" if order.status is OrderStatus.PENDING else "bot-cancelled"
    return (EditMenu(Screen(turn.say(key, order=order.id), ((home_button(turn),),))),)


async def _own(turn: Turn) -> Order:
    order = await find_order(turn.work, turn.campus.id, turn.subject)
    require(turn.member, Action.CANCEL, own=order.customer_id == turn.member.person_id)
    return order
