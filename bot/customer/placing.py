"""From the review to an order, and what a customer does with it afterwards."""

from bot.customer import screens
from bot.customer.basket import begin_draft
from bot.home import MENU, home, on_menu
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.buttons import Button, Style, Tap
from domain.campus import is_open
from domain.draft import Draft
from domain.errors import DraftChanged, OrderClosed, OrdersPaused, Stale
from domain.order import Order, OrderStatus
from domain.people import Action
from domain.store.drafts import expect_nothing, find_draft, lock_draft
from domain.store.orders import customers_orders, find_order
from domain.store.under_way import just_started
from domain.store.use_cases import ordering
from domain.store.use_cases.permission import require

CANCELLABLE = frozenset({OrderStatus.PENDING, OrderStatus.CREATED})


async def order_food(turn: Turn) -> Replies:
    """[Order food]: go on with the basket there is, or begin one."""
    require(turn.member, Action.PLACE)
    if turn.campus.paused or not is_open(turn.campus.hours, turn.work.now.astimezone(turn.campus.zone)):
        raise OrdersPaused
    pending = await _pending(turn)
    if pending is not None:
        return (on_menu(turn, _being_placed(turn, pending)),)
    draft = await begin_draft(turn)
    return (on_menu(turn, await screens.next_screen(turn, draft)),)


async def review(turn: Turn) -> Replies:
    """[Continue my order], from a message of its own."""
    require(turn.member, Action.PLACE)
    pending = await _pending(turn)
    if pending is not None:
        return (on_menu(turn, _being_placed(turn, pending)),)
    draft = await find_draft(turn.work, turn.campus.id, turn.member.person_id)
    return (on_menu(turn, home(turn) if draft is None else await screens.next_screen(turn, draft)),)


async def _pending(turn: Turn) -> Order | None:
    """The order that is just being placed: its basket is kept, but must not be placed by mistake once more."""
    orders, _ = await customers_orders(turn.work, turn.campus.id, turn.member.person_id, 0)
    return next((order for order in orders if order.status is OrderStatus.PENDING), None)


def _being_placed(turn: Turn, order: Order) -> Screen:
    look = turn.button("bot-button-open-order", Tap.OPEN_ORDER, order.id, MENU)
    cancel = turn.button("bot-button-cancel", Tap.CANCEL, order.id, MENU, style=Style.DANGER)
    return Screen(turn.say("bot-pending", order=order.id), ((look, cancel), _home(turn)))


async def place(turn: Turn) -> Replies:
    """[Place order] under the ceiling on the button."""
    draft = await lock_draft(turn.work, turn.campus.id, turn.member.person_id)
    if await _waits_for_card(turn, draft):
        return (Answer(turn.plain("bot-card-link-coming")),)
    try:
        outcome = await ordering.place(turn.work, turn.campus, turn.member, version=turn.version, ceiling=turn.subject)
    except DraftChanged as changed:
        if draft is None:
            raise Stale from changed
        return Answer(turn.plain(changed.key), alert=True), EditMenu(await screens.review(turn, draft))
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    match outcome:
        case ordering.Placed(order_id=order_id):
            return (EditMenu(Screen(turn.say("bot-placed", order=order_id), (_home(turn),))),)
        case ordering.CardWanted():
            back = turn.button("bot-button-review", Tap.REVIEW, version=turn.version)
            return (EditMenu(Screen(turn.say("bot-card-wanted"), ((back,), _home(turn)))),)


async def _waits_for_card(turn: Turn, draft: Draft | None) -> bool:
    """A second tap on the same offer while the link is on its way starts nothing."""
    if draft is None or turn.member.card is not None:
        return False
    same = draft.version == turn.version and draft.asked_ceiling == turn.subject
    return same and await just_started(turn.work, turn.campus.id, turn.member.person_id, "save_card")


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
    return (EditMenu(Screen(turn.say(key, order=order.id), (_home(turn),))),)


async def order_again(turn: Turn) -> Replies:
    """[Order again]: the same content as a new basket, to be looked at before it is placed."""
    await begin_draft(turn)
    draft = await ordering.order_again(turn.work, turn.campus, turn.member, turn.subject)
    return (NewMessage(await screens.next_screen(turn, draft)),)


async def _own(turn: Turn) -> Order:
    order = await find_order(turn.work, turn.campus.id, turn.subject)
    require(turn.member, Action.CANCEL, own=order.customer_id == turn.member.person_id)
    return order


def _home(turn: Turn) -> tuple[Button, ...]:
    return (turn.button("bot-button-home", Tap.HOME, version=MENU),)
