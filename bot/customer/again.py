"""Ordering the same once more: the usual from the first screen, an old order from its card."""

from bot.customer.pending import being_placed, pending_order
from bot.customer.screens import flow, food
from bot.customer.screens.pieces import noticed
from bot.home import MENU, home_button, on_menu
from bot.replies import EditMenu, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.buttons import Tap
from domain.draft import Draft
from domain.order import Order
from domain.people import Action
from domain.store.drafts import lock_draft
from domain.store.orders import find_order
from domain.store.use_cases import ordering
from domain.store.use_cases.permission import require


async def usual(turn: Turn) -> Replies:
    """[Usual]: the first screen becomes the review."""
    return (on_menu(turn, await _once_more(turn)),)


async def order_again(turn: Turn) -> Replies:
    """[Order again] on a card, which stays as it is: the review comes below."""
    return (NewMessage(await _once_more(turn)),)


async def instead(turn: Turn, _begun: Draft) -> Replies:
    """[Take #12]: the basket that was begun goes."""
    return (EditMenu(await _refill(turn)),)


async def _once_more(turn: Turn) -> Screen:
    order = await find_order(turn.work, turn.campus.id, turn.subject)
    require(turn.member, Action.CANCEL, own=order.customer_id == turn.member.person_id)
    pending = await pending_order(turn)
    if pending is not None:
        return being_placed(turn, pending)
    begun = await lock_draft(turn.work, turn.campus.id, turn.member.person_id)
    if begun is None or not begun.items or (begun.store_name, begun.items) == (order.store_name, order.items):
        return await _refill(turn)
    return _which(turn, order, begun)


def _which(turn: Turn, order: Order, begun: Draft) -> Screen:
    """Two baskets, one place: hers is not thrown away without a word."""
    words = [turn.say("bot-instead", store=begun.store_name or ""), *food.item_lines(turn, begun)]
    keep = turn.button("bot-button-keep-basket", Tap.REVIEW, version=MENU)
    take = turn.button("bot-button-instead", Tap.INSTEAD, order.id, begun.version, order=order.id)
    return Screen("\n".join(words), ((keep, take), (home_button(turn),)))


async def _refill(turn: Turn) -> Screen:
    again = await ordering.order_again(turn.work, turn.campus, turn.member, turn.subject)
    return noticed(await flow.next_screen(turn, again.draft), *_changes(turn, again))


def _changes(turn: Turn, again: ordering.Again) -> list[str]:
    """What is not as it was: she confirms the review, so she must know."""
    outlook = again.outlook
    if outlook.store_gone:
        return [turn.say("bot-store-gone", store=again.store_name)]
    said: list[str] = []
    if outlook.renewed.gone:
        said.append(turn.say("bot-again-items-gone", items=", ".join(outlook.renewed.gone)))
    if outlook.renewed.repriced:
        prices = ", ".join(f"{item.name} {turn.money(item.price)}" for item in outlook.renewed.repriced)
        said.append(turn.say("bot-again-prices", items=prices))
    return said
