"""Which tap, command or typed line of a customer goes where."""

from collections.abc import Mapping

from aiogram import Router

from bot.customer import (
    aftercare,
    again,
    charts,
    debts,
    food,
    guide,
    invitation,
    me,
    orders,
    places,
    placing,
    shops,
    terms,
    waiting,
)
from bot.customer.basket import with_draft
from bot.home import go_home
from bot.routing import Handler, on_commands, on_photos, on_replies, on_taps, on_typed
from domain.buttons import Tap
from domain.draft import Expects


def customer_router() -> Router:
    """Everything a customer can do."""
    router = Router(name="customer")
    _after_delivery(router)
    on_commands(router, {"start": invitation.start, "orders": orders.list_orders}, private=True)
    on_taps(
        router,
        {
            Tap.HOME: go_home,
            Tap.ORDER_FOOD: placing.order_food,
            Tap.USUAL: again.usual,
            Tap.REVIEW: placing.review,
            Tap.PLACE: placing.place,
            Tap.ADD_CARD: placing.add_card,
            Tap.PAY_DEBT: debts.pay,
            Tap.WAIT: waiting.wait,
            Tap.AGREE: waiting.agree,
            Tap.DISAGREE: waiting.disagree,
            Tap.RAISE: waiting.ask_raise,
            Tap.RAISE_SURE: waiting.raise_fee,
            Tap.CANCEL: placing.ask_cancel,
            Tap.CANCEL_SURE: placing.cancel,
            Tap.TRY_AGAIN: again.order_again,
            Tap.MY_ORDERS: orders.turn_page,
            Tap.ORDERS_OPEN: orders.turn_page,
            Tap.ORDERS_ENDED: orders.turn_page,
            Tap.OPEN_ORDER: orders.open_order,
        },
    )
    _basket(router)
    _own(router)
    return router


def _basket(router: Router) -> None:
    on_taps(
        router,
        {
            Tap.STORE: with_draft(shops.choose_store),
            Tap.OTHER_STORE: with_draft(shops.other_store),
            Tap.MENU_ITEM: with_draft(food.add_item),
            Tap.BASKET: with_draft(food.edit_basket),
            Tap.LESS: with_draft(food.step),
            Tap.MORE: with_draft(food.step),
            Tap.CLEAR_ITEMS: with_draft(food.clear_items),
            Tap.ITEMS_DONE: with_draft(food.go_on),
            Tap.DROP_POINT: with_draft(places.choose_drop_point),
            Tap.BUILDING: with_draft(places.choose_building),
            Tap.USUAL_PLACE: with_draft(places.choose_usual_place),
            Tap.AS_PLACE: with_draft(places.as_place),
            Tap.AS_ITEM: with_draft(places.as_item),
            Tap.FEE: with_draft(terms.choose_fee),
            Tap.TIP: with_draft(terms.choose_tip),
            Tap.NOTE: with_draft(terms.edit_note),
            Tap.DISCARD: with_draft(food.discard),
            Tap.DISCARD_SURE: with_draft(food.discard_surely),
            Tap.INSTEAD: with_draft(again.instead),
        },
    )
    on_typed(
        router,
        {
            Expects.STORE: shops.typed_store,
            Expects.ITEMS: food.typed_items,
            Expects.DROP_POINT: places.typed_drop_point,
            Expects.FEE: terms.typed_fee,
            Expects.NOTE: terms.typed_note,
            Expects.MY_PLACE: me.typed_place,
        },
    )


def _own(router: Router) -> None:
    on_commands(router, {"me": me.show, "help": guide.guide}, private=True)
    on_taps(
        router,
        {
            Tap.INVITE: invitation.invite,
            Tap.ME: me.look,
            Tap.MY_PLACE: me.choose_place,
            Tap.FORGET_PLACE: me.forget_place,
            Tap.REMOVE_CARD: me.ask_remove_card,
            Tap.REMOVE_CARD_SURE: me.remove_card,
            Tap.CHART_PAID: charts.paid,
            Tap.CHART_EARNED: charts.earned,
        },
    )


def _after_delivery(router: Router) -> None:
    on_replies(router, aftercare.answer_back)  # before what is asked just now: a reply names what it is about
    on_taps(
        router,
        {
            Tap.THUMB_UP: aftercare.thumb_up,
            Tap.THUMB_DOWN: aftercare.thumb_down,
            Tap.THUMB_REASON: aftercare.thumb_reason,
            Tap.THUMB_AGAIN: aftercare.thumb_again,
            Tap.PROBLEM: aftercare.problem,
            Tap.PROBLEM_KIND: aftercare.problem_kind,
            Tap.PROBLEM_BACK: aftercare.step_back,
            Tap.PROBLEM_WORDLESS: aftercare.send_wordless,
        },
    )
    told: Mapping[Expects, Handler] = {Expects.PROBLEM: aftercare.told_problem, Expects.CASE_MORE: aftercare.told_more}
    on_typed(router, told)
    on_photos(router, told)
