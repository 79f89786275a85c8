"""The router of a customer's commands, taps and messages."""

from collections.abc import Mapping

from aiogram import Router

from bot.conversation.home import return_home
from bot.conversation.routing import Handler, on_commands, on_expected_photos, on_expected_text, on_replies, on_taps
from bot.customer import charts, debt_payment, feedback, invitation, orders, price_increase_answers, profile, why
from bot.customer.draft import (
    basket_items,
    drop_point_choice,
    offer_terms,
    order_placement,
    repeat_orders,
    store_choice,
)
from bot.customer.draft.basket import with_draft
from bot.customer.help import show_customer_help
from domain.messaging.buttons import Tap
from domain.orders.drafts.draft import PendingInput


def customer_router() -> Router:
    """Return the router for everything a customer can do."""
    router = Router(name="customer")
    _register_feedback(router)
    on_commands(
        router,
        {"start": invitation.start_command, "orders": orders.orders_command, "why": why.why_command},
        private_only=True,
    )
    on_taps(
        router,
        {
            Tap.HOME: return_home,
            Tap.ORDER_FOOD: order_placement.begin_order,
            Tap.USUAL_ORDER: repeat_orders.review_usual_order,
            Tap.REVIEW: order_placement.review_order,
            Tap.PLACE: order_placement.place_order_tapped,
            Tap.ADD_CARD: order_placement.add_card_tapped,
            Tap.PAY_CUSTOMER_DEBT: debt_payment.pay_debt,
            Tap.KEEP_WAITING: price_increase_answers.keep_waiting_for_runner,
            Tap.AGREE: price_increase_answers.accept_price_increase,
            Tap.DISAGREE: price_increase_answers.decline_price_increase,
            Tap.INCREASE_FEE: price_increase_answers.confirm_fee_increase,
            Tap.INCREASE_FEE_SURE: price_increase_answers.increase_fee,
            Tap.CANCEL: order_placement.confirm_cancel,
            Tap.CANCEL_SURE: order_placement.cancel_order_tapped,
            Tap.TRY_AGAIN: repeat_orders.review_past_order,
            Tap.MY_ORDERS: orders.show_orders_page,
            Tap.ORDERS_OPEN: orders.show_orders_page,
            Tap.ORDERS_ENDED: orders.show_orders_page,
            Tap.OPEN_ORDER: orders.open_order_tapped,
        },
    )
    _register_basket(router)
    _register_profile(router)
    return router


def _register_basket(router: Router) -> None:
    on_taps(
        router,
        {
            Tap.STORE: with_draft(store_choice.choose_store),
            Tap.OTHER_STORE: with_draft(store_choice.ask_other_store),
            Tap.MENU_ITEM: with_draft(basket_items.add_item),
            Tap.BASKET: with_draft(basket_items.edit_basket),
            Tap.LESS: with_draft(basket_items.change_quantity),
            Tap.MORE: with_draft(basket_items.change_quantity),
            Tap.CLEAR_ITEMS: with_draft(basket_items.clear_items),
            Tap.ITEMS_DONE: with_draft(basket_items.show_next_screen),
            Tap.DROP_POINT: with_draft(drop_point_choice.choose_drop_point),
            Tap.BUILDING: with_draft(drop_point_choice.choose_building),
            Tap.USUAL_PLACE: with_draft(drop_point_choice.choose_usual_place),
            Tap.USE_AS_DROP_POINT: with_draft(drop_point_choice.accept_as_place),
            Tap.USE_AS_ITEM: with_draft(drop_point_choice.accept_as_item),
            Tap.FEE: with_draft(offer_terms.choose_fee),
            Tap.TIP: with_draft(offer_terms.choose_tip),
            Tap.NOTE: with_draft(offer_terms.edit_note),
            Tap.DISCARD: with_draft(basket_items.confirm_discard),
            Tap.DISCARD_SURE: with_draft(basket_items.discard_basket),
            Tap.REPLACE_BASKET: with_draft(repeat_orders.replace_basket),
        },
    )
    on_expected_text(
        router,
        {
            PendingInput.STORE: store_choice.receive_store,
            PendingInput.ITEMS: basket_items.receive_items,
            PendingInput.DROP_POINT: drop_point_choice.receive_drop_point,
            PendingInput.FEE: offer_terms.receive_fee,
            PendingInput.NOTE: offer_terms.receive_note,
            PendingInput.DEFAULT_PLACE: profile.receive_default_place,
        },
    )


def _register_profile(router: Router) -> None:
    on_commands(router, {"me": profile.me_command, "help": show_customer_help}, private_only=True)
    on_taps(
        router,
        {
            Tap.INVITE: invitation.show_invitation,
            Tap.ME: profile.show_profile,
            Tap.MY_PLACE: profile.choose_default_place_tapped,
            Tap.FORGET_PLACE: profile.forget_default_place,
            Tap.REMOVE_CARD: profile.confirm_card_removal,
            Tap.REMOVE_CARD_SURE: profile.remove_card_tapped,
            Tap.CHART_PAID: charts.chart_paid,
            Tap.CHART_EARNED: charts.chart_earned,
        },
    )


def _register_feedback(router: Router) -> None:
    on_replies(router, feedback.answer_own_case_by_reply)  # before the pending input: a reply says what it is about
    on_taps(
        router,
        {
            Tap.THUMB_UP: feedback.give_thumb_up,
            Tap.THUMB_DOWN: feedback.give_thumb_down,
            Tap.THUMB_REASON: feedback.choose_thumb_reason,
            Tap.THUMB_AGAIN: feedback.ask_thumb_again,
            Tap.PROBLEM: feedback.begin_problem_report,
            Tap.PROBLEM_KIND: feedback.choose_problem_kind,
            Tap.PROBLEM_BACK: feedback.cancel_problem_report,
            Tap.PROBLEM_WORDLESS: feedback.report_without_words,
        },
    )
    handlers: Mapping[PendingInput, Handler] = {
        PendingInput.PROBLEM: feedback.receive_problem,
        PendingInput.CASE_ADDITION: feedback.receive_case_addition,
    }
    on_expected_text(router, handlers)
    on_expected_photos(router, handlers)
