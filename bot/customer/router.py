"""Which tap, command or typed line of a customer goes where."""

from aiogram import Router

from bot.customer import basket, invitation, orders, placing
from bot.home import go_home
from bot.routing import on_commands, on_taps, on_typed
from domain.buttons import Tap
from domain.draft import Expects


def customer_router() -> Router:
    """Everything a customer can do."""
    router = Router(name="customer")
    on_commands(router, {"start": invitation.start, "orders": orders.list_orders}, private=True)
    on_taps(
        router,
        {
            Tap.HOME: go_home,
            Tap.INVITE: invitation.invite,
            Tap.ORDER_FOOD: placing.order_food,
            Tap.STORE: basket.with_draft(basket.choose_store),
            Tap.OTHER_STORE: basket.with_draft(basket.other_store),
            Tap.MENU_ITEM: basket.with_draft(basket.add_item),
            Tap.CLEAR_ITEMS: basket.with_draft(basket.clear_items),
            Tap.ITEMS_DONE: basket.with_draft(basket.go_on),
            Tap.DROP_POINT: basket.with_draft(basket.choose_drop_point),
            Tap.FEE: basket.with_draft(basket.choose_fee),
            Tap.DISCARD: basket.with_draft(basket.discard),
            Tap.REVIEW: placing.review,
            Tap.PLACE: placing.place,
            Tap.ADD_CARD: placing.add_card,
            Tap.CANCEL: placing.ask_cancel,
            Tap.CANCEL_SURE: placing.cancel,
            Tap.TRY_AGAIN: placing.order_again,
            Tap.MY_ORDERS: orders.turn_page,
            Tap.OPEN_ORDER: orders.open_order,
        },
    )
    on_typed(
        router,
        {
            Expects.STORE: basket.typed_store,
            Expects.ITEMS: basket.typed_items,
            Expects.DROP_POINT: basket.typed_drop_point,
            Expects.FEE: basket.typed_fee,
            Expects.NOTE: basket.typed_note,
        },
    )
    return router
