"""What one has ordered: a list to page through, and one order looked at again."""

from bot.home import MENU, on_menu
from bot.replies import NewMessage, Replies, Rows, Screen
from bot.turn import Turn
from domain.buttons import Button, Tap
from domain.cards import CardKind
from domain.errors import OrderNotFound
from domain.order import Order
from domain.store.messages import send_again
from domain.store.orders import customers_orders, find_order


async def list_orders(turn: Turn) -> Replies:
    """/orders."""
    return (NewMessage(await _page(turn, 0)),)


async def turn_page(turn: Turn) -> Replies:
    """[My orders], [Newer], [Older]."""
    return (on_menu(turn, await _page(turn, max(0, turn.subject))),)


async def _page(turn: Turn, page: int) -> Screen:
    orders, more = await customers_orders(turn.work, turn.campus.id, turn.member.person_id, page)
    rows: Rows = tuple((_line(turn, order),) for order in orders)
    newer = [turn.button("bot-button-newer", Tap.MY_ORDERS, page - 1, MENU)] if page else []
    older = [turn.button("bot-button-older", Tap.MY_ORDERS, page + 1, MENU)] if more else []
    paging: Rows = ((*newer, *older),) if newer or older else ()
    home = (turn.button("bot-button-home", Tap.HOME, version=MENU),)
    text = turn.say("bot-orders") if orders else turn.say("bot-orders-none")
    return Screen(text, (*rows, *paging, home))


def _line(turn: Turn, order: Order) -> Button:
    return turn.button(
        "bot-button-order",
        Tap.OPEN_ORDER,
        order.id,
        MENU,
        order=order.id,
        store=order.store_name,
        status=order.status,
    )


async def open_order(turn: Turn) -> Replies:
    """One's own order, or job: its live card comes again, at the end of the chat, where it can be acted on."""
    order = await find_order(turn.work, turn.campus.id, turn.subject)
    match turn.member.person_id:
        case order.customer_id:
            kind = CardKind.CUSTOMER
        case order.runner_id:
            kind = CardKind.RUNNER
        case _:
            raise OrderNotFound
    await send_again(turn.work, order, kind, turn.member.person_id)
    back = (
        turn.button("bot-button-my-orders", Tap.MY_ORDERS, version=MENU),
        turn.button("bot-button-home", Tap.HOME, version=MENU),
    )
    return (on_menu(turn, Screen(turn.say("bot-order-below", order=order.id), (back,))),)
