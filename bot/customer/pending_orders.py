"""The order that is being placed: what is shown in place of its basket meanwhile."""

from bot.conversation.home import home_button
from bot.conversation.replies import Screen
from bot.conversation.request_context import RequestContext
from domain.messaging.buttons import ButtonStyle, Tap
from domain.orders.repository import list_customer_orders
from domain.orders.states import Order, OrderStatus


async def find_pending_order(context: RequestContext) -> Order | None:
    """Return the order that is being placed: its basket is kept, but must not be placed twice by mistake."""
    pending = (OrderStatus.PENDING,)
    orders, _ = await list_customer_orders(context.work, context.campus.id, context.member.person_id, 0, pending)
    return orders[0] if orders else None


def render_pending_order(context: RequestContext, order: Order) -> Screen:
    """Return the screen that is shown in place of the basket."""
    open_button = context.button("bot-button-open-order", Tap.OPEN_ORDER, order.id)
    cancel = context.button("bot-button-cancel", Tap.CANCEL, order.id, order.version, style=ButtonStyle.DANGER)
    return Screen(context.say("bot-pending", order=order.id), ((open_button, cancel), (home_button(context),)))
