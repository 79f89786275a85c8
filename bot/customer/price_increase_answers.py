"""A customer's answers when no runner claims the order, or when the shop's price is above the limit."""

from bot.conversation.home import home_button
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.messaging.buttons import ButtonStyle, Tap, TapArgument
from domain.orders.use_cases import check_ins
from domain.payments.sagas.save_card import SAVE_CARD
from domain.payments.use_cases import price_increases
from domain.saga.repository import has_saga_just_started


async def keep_waiting_for_runner(context: RequestContext) -> Replies:
    """Handle [I'll wait]: record it and thank the customer; the order message keeps its buttons."""
    order = await check_ins.record_customer_waits(context.work, context.campus, context.member, context.subject)
    return (Answer(context.say_plain("bot-waiting", order=order.id)),)


async def confirm_fee_increase(context: RequestContext) -> Replies:
    """Handle [Raise fee S$1.00]: show both ceilings in a new message, before anything is held."""
    order, price = await price_increases.preview_fee_increase(
        context.work, context.campus, context.member, context.subject
    )
    ceiling, higher_ceiling = context.format_money(order.price.ceiling), context.format_money(price.ceiling)
    increase = context.format_money(price.ceiling - order.price.ceiling)
    hold = context.button(
        "bot-button-hold-more",
        Tap.INCREASE_FEE_SURE,
        order.id,
        price.ceiling,
        style=ButtonStyle.SUCCESS,
        ceiling=higher_ceiling,
    )
    keep = context.button("bot-button-keep-ceiling", Tap.OPEN_ORDER, order.id, ceiling=ceiling)
    words = context.say("bot-fee-increase", order=order.id, now=ceiling, more=increase, then=higher_ceiling)
    return (NewMessage(Screen(words, ((hold,), (keep,)))),)


async def increase_fee(context: RequestContext) -> Replies:
    """Handle [Hold S$10.40]: start the replacement hold. A customer without a card gets a link to save one.

    The amount in the button is the new ceiling. The order message shows it once the hold is made.
    """
    if await _is_card_link_pending(context):
        return (Answer(context.say_plain("bot-card-link-coming")),)
    run = await price_increases.increase_delivery_fee(
        context.work, context.campus, context.member, context.subject, context.read_argument(TapArgument.AMOUNT)
    )
    return (
        Answer(context.say_plain("bot-debt-card-first"), alert=True)
        if run is None
        else EditMenu(_approval_pending_screen(context)),
    )


async def accept_price_increase(context: RequestContext) -> Replies:
    """Handle [Yes, max S$10.00]: accept the higher price of the shop, and continue like increase_fee."""
    if await _is_card_link_pending(context):
        return (Answer(context.say_plain("bot-card-link-coming")),)
    run = await price_increases.accept_higher_limit(
        context.work, context.campus, context.member, context.subject, context.read_argument(TapArgument.AMOUNT)
    )
    return (
        Answer(context.say_plain("bot-debt-card-first"), alert=True)
        if run is None
        else NewMessage(_approval_pending_screen(context)),
    )


async def decline_price_increase(context: RequestContext) -> Replies:
    """Handle [No]: the limit stays."""
    order = await price_increases.decline_higher_limit(
        context.work, context.campus, context.member, context.subject, context.read_argument(TapArgument.AMOUNT)
    )
    return (Answer(context.say_plain("bot-disagreed", limit=context.format_money(order.price.shop_limit)), alert=True),)


async def _is_card_link_pending(context: RequestContext) -> bool:
    has_no_card = context.member.card is None
    return has_no_card and await has_saga_just_started(
        context.work, context.campus.id, context.member.person_id, SAVE_CARD.kind
    )


def _approval_pending_screen(context: RequestContext) -> Screen:
    ceiling = context.format_money(context.read_argument(TapArgument.AMOUNT))
    words = context.say("bot-price-increase-asking", order=context.subject, then=ceiling)
    open_button = context.button("bot-button-open-order", Tap.OPEN_ORDER, context.subject)
    return Screen(words, ((open_button,), (home_button(context),)))
