"""A person's own orders: the list with its pages, and one order shown again."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.conversation.home import edit_menu_or_send, home_button
from bot.conversation.replies import NewMessage, Replies, Rows, Screen
from bot.conversation.request_context import RequestContext, truncate
from bot.customer.screens.screen_parts import MAX_BUTTON_NAME_LENGTH
from domain.database.actors import Role
from domain.errors import OrderNotFound
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.messaging.order_message import OrderMessageKind
from domain.orders.order_message_requests import resend_order_message
from domain.orders.repository import find_order, list_customer_orders
from domain.orders.states import FINAL_ORDER_STATUSES, OPEN_ORDER_STATUSES, Order, OrderStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """A part of the orders: its label, its title, and the sentence for an empty list."""

    statuses: frozenset[OrderStatus]
    label: str
    title: str
    empty: str


FILTERS: Mapping[Tap, OrderFilter] = MappingProxyType(
    {
        Tap.MY_ORDERS: OrderFilter(
            statuses=frozenset(OrderStatus),
            label="bot-button-orders-all",
            title="bot-orders",
            empty="bot-orders-none",
        ),
        Tap.ORDERS_OPEN: OrderFilter(
            statuses=OPEN_ORDER_STATUSES,
            label="bot-button-orders-open",
            title="bot-orders-open",
            empty="bot-orders-open-none",
        ),
        Tap.ORDERS_ENDED: OrderFilter(
            statuses=FINAL_ORDER_STATUSES,
            label="bot-button-orders-ended",
            title="bot-orders-ended",
            empty="bot-orders-ended-none",
        ),
    }
)


async def orders_command(context: RequestContext) -> Replies:
    """Handle /orders."""
    return (NewMessage(await _render_page(context, Tap.MY_ORDERS, 0)),)


async def show_orders_page(context: RequestContext) -> Replies:
    """Handle [My orders], [Under way] and [Ended], and [Newer] and [Older] of each."""
    shown = Tap.MY_ORDERS if context.tap is None else context.tap.tap
    return (edit_menu_or_send(context, await _render_page(context, shown, max(0, context.subject))),)


async def _render_page(context: RequestContext, shown: Tap, page: int) -> Screen:
    statuses = FILTERS[shown].statuses
    orders, more = await list_customer_orders(context.work, context.campus.id, context.member.person_id, page, statuses)
    if page and not orders:  # an old button: the list has fewer pages now
        return await _render_page(context, shown, 0)
    home = (home_button(context),)
    if not orders:
        begin = (context.button("bot-button-order-food", Tap.ORDER_FOOD, style=ButtonStyle.PRIMARY),)
        others = () if shown is Tap.MY_ORDERS else (_filters(context, shown),)
        return Screen(_empty_text(context, shown), (begin, *_deliveries_row(context), *others, home))
    newer = [context.button("bot-button-newer", shown, page - 1)] if page else []
    older = [context.button("bot-button-older", shown, page + 1)] if more else []
    paging: Rows = ((*newer, *older),) if newer or older else ()
    rows: Rows = tuple((_order_button(context, order),) for order in orders)
    return Screen(context.say(FILTERS[shown].title), (*rows, *paging, _filters(context, shown), home))


def _empty_text(context: RequestContext, shown: Tap) -> str:
    """Return the sentence for an empty list; a runner is told where deliveries are."""
    here = context.say(FILTERS[shown].empty)
    return f"{here}\n{context.say('bot-orders-jobs')}" if _deliveries_row(context) else here


def _deliveries_row(context: RequestContext) -> Rows:
    if Role.HOLDER not in context.member.roles:
        return ()
    return ((context.button("bot-button-my-jobs", Tap.DELIVER_FOOD),),)


def _filters(context: RequestContext, shown: Tap) -> tuple[Button, ...]:
    """Return the buttons of the other parts; the title names the part that is shown."""
    return tuple(context.button(part.label, tap) for tap, part in FILTERS.items() if tap is not shown)


def _order_button(context: RequestContext, order: Order) -> Button:
    return context.button(
        "bot-button-order",
        Tap.OPEN_ORDER,
        order.id,
        order=order.id,
        store=truncate(order.store_name, MAX_BUTTON_NAME_LENGTH),
        status=order.status,
    )


async def open_order_tapped(context: RequestContext) -> Replies:
    """Send the order message of the person's own order or delivery again, at the end of the chat."""
    order = await find_order(context.work, context.campus.id, context.subject)
    match context.member.person_id:
        case order.customer_id:
            kind = OrderMessageKind.CUSTOMER
        case order.runner_id:
            kind = OrderMessageKind.RUNNER
        case _:
            raise OrderNotFound
    await resend_order_message(context.work, order, kind, context.member.person_id)
    back = (
        context.button("bot-button-my-orders", Tap.MY_ORDERS),
        home_button(context),
    )
    return (edit_menu_or_send(context, Screen(context.say("bot-order-below", order=order.id), (back,))),)
