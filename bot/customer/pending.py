"""The order that is just being placed: what stands in the place of its basket meanwhile."""

from bot.home import MENU, home_button
from bot.replies import Screen
from bot.turn import Turn
from domain.buttons import Style, Tap
from domain.order import Order, OrderStatus
from domain.store.orders import customers_orders


async def pending_order(turn: Turn) -> Order | None:
    """The order that is just being placed: its basket is kept, but must not be placed by mistake once more."""
    pending = (OrderStatus.PENDING,)
    orders, _ = await customers_orders(turn.work, turn.campus.id, turn.member.person_id, 0, pending)
    return orders[0] if orders else None


def being_placed(turn: Turn, order: Order) -> Screen:
    """What stands there instead of a basket."""
    look = turn.button("bot-button-open-order", Tap.OPEN_ORDER, order.id, MENU)
    cancel = turn.button("bot-button-cancel", Tap.CANCEL, order.id, MENU, style=Style.DANGER)
    return Screen(turn.say("bot-pending", order=order.id), ((look, cancel), (home_button(turn),)))
