"""What one has ordered: a list to page through, and one order looked at again."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.customer.screens.pieces import LONGEST_NAME
from bot.home import MENU, home_button, on_menu
from bot.replies import NewMessage, Replies, Rows, Screen
from bot.turn import Turn, cut
from domain.buttons import Button, Style, Tap
from domain.cards import CardKind
from domain.errors import OrderNotFound
from domain.order import ENDED, Order, OrderStatus
from domain.people import Role
from domain.store.messages import send_again
from domain.store.orders import customers_orders, find_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A part of all orders: its label, the sentence over it, and the one where there is nothing."""

    among: frozenset[OrderStatus]
    label: str
    title: str
    nothing: str


FILTERS: Mapping[Tap, Filter] = MappingProxyType(
    {
        Tap.MY_ORDERS: Filter(
            among=frozenset(OrderStatus),
            label="bot-button-orders-all",
            title="bot-orders",
            nothing="bot-orders-none",
        ),
        Tap.ORDERS_OPEN: Filter(
            among=frozenset(OrderStatus) - ENDED,
            label="bot-button-orders-open",
            title="bot-orders-open",
            nothing="bot-orders-open-none",
        ),
        Tap.ORDERS_ENDED: Filter(
            among=ENDED,
            label="bot-button-orders-ended",
            title="bot-orders-ended",
            nothing="bot-orders-ended-none",
        ),
    }
)


async def list_orders(turn: Turn) -> Replies:
    """/orders."""
    return (NewMessage(await _page(turn, Tap.MY_ORDERS, 0)),)


async def turn_page(turn: Turn) -> Replies:
    """[My orders], [Under way], [Ended], and [Newer], [Older] of each."""
    shown = Tap.MY_ORDERS if turn.tap is None else turn.tap.tap
    return (on_menu(turn, await _page(turn, shown, max(0, turn.subject))),)


async def _page(turn: Turn, shown: Tap, page: int) -> Screen:
    among = FILTERS[shown].among
    orders, more = await customers_orders(turn.work, turn.campus.id, turn.member.person_id, page, among)
    if page and not orders:  # an old button: the list is shorter now
        return await _page(turn, shown, 0)
    home = (home_button(turn),)
    if not orders:
        begin = (turn.button("bot-button-order-food", Tap.ORDER_FOOD, version=MENU, style=Style.PRIMARY),)
        others = () if shown is Tap.MY_ORDERS else (_filters(turn, shown),)
        return Screen(_nothing(turn, shown), (begin, *_jobs(turn), *others, home))
    newer = [turn.button("bot-button-newer", shown, page - 1, MENU)] if page else []
    older = [turn.button("bot-button-older", shown, page + 1, MENU)] if more else []
    paging: Rows = ((*newer, *older),) if newer or older else ()
    rows: Rows = tuple((_line(turn, order),) for order in orders)
    return Screen(turn.say(FILTERS[shown].title), (*rows, *paging, _filters(turn, shown), home))


def _nothing(turn: Turn, shown: Tap) -> str:
    """Who only delivers looks for her jobs in vain among her orders."""
    here = turn.say(FILTERS[shown].nothing)
    return f"{here}\n{turn.say('bot-orders-jobs')}" if _jobs(turn) else here


def _jobs(turn: Turn) -> Rows:
    if Role.HOLDER not in turn.member.roles:
        return ()
    return ((turn.button("bot-button-my-jobs", Tap.DELIVER_FOOD, version=MENU),),)


def _filters(turn: Turn, shown: Tap) -> tuple[Button, ...]:
    """The parts one may look at; which one it is, is said in words above."""
    return tuple(turn.button(part.label, tap, 0, MENU) for tap, part in FILTERS.items() if tap is not shown)


def _line(turn: Turn, order: Order) -> Button:
    return turn.button(
        "bot-button-order",
        Tap.OPEN_ORDER,
        order.id,
        MENU,
        order=order.id,
        store=cut(order.store_name, LONGEST_NAME),
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
        home_button(turn),
    )
    return (on_menu(turn, Screen(turn.say("bot-order-below", order=order.id), (back,))),)
