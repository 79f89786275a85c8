"""The shop's receipt: its amount, its photo, and what a runner can do when it is above the limit."""

from bot.conversation.home import home_button
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action
from domain.errors import HoldNotChecked, OrderClosed, ReceiptAboveLimit, Unreadable
from domain.messaging.buttons import MENU_SCREEN, ButtonStyle, Tap, TapArgument
from domain.money import read_amount
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import clear_pending_input, set_pending_input
from domain.orders.repository import find_order
from domain.orders.sagas.pay_delay import lacks_receipt_photo
from domain.orders.states import Order, OrderEvent, OrderStatus, is_event_allowed
from domain.orders.use_cases import photos, running
from domain.orders.use_cases.ownership import require_own_delivery
from domain.payments.use_cases import price_increases

MAX_CALLBACK_AMOUNT = 999_999_999  # minor units; callback data has nine digits for it


async def ask_receipt_amount(context: RequestContext) -> Replies:
    """Handle [I bought it]: ask for the receipt's amount."""
    order = await _own_delivery(context, context.subject)
    if not order.hold_checked:
        raise HoldNotChecked
    await set_pending_input(context.work, context.campus.id, context.member.person_id, PendingInput.RECEIPT, order.id)
    return (NewMessage(_ask_receipt_screen(context, order, "bot-ask-receipt")),)


async def buy_as_estimated(context: RequestContext) -> Replies:
    """Handle [As estimated]: the receipt's amount is the customer's estimate."""
    order = await _own_delivery(context, context.subject)
    return (EditMenu(await _buy(context, order, order.price.items)),)


async def receive_receipt_amount(context: RequestContext) -> Replies:
    """Take the typed line as the receipt's amount."""
    receipt = read_amount(context.typed, context.campus.currency)
    order = await _own_purchase(context, context.pending_subject)
    return (NewMessage(await _buy(context, order, receipt)),)


async def ask_receipt_change(context: RequestContext) -> Replies:
    """Handle [Change amount]: ask for the right amount, until the food is picked up."""
    order = await _own_purchase(context, context.subject)
    if order.receipt is None:
        raise OrderClosed
    await set_pending_input(context.work, context.campus.id, context.member.person_id, PendingInput.RECEIPT, order.id)
    written, limit = context.format_money(order.receipt), context.format_money(order.price.shop_limit)
    text = context.say("bot-ask-receipt-change", order=order.id, receipt=written, limit=limit)
    return (NewMessage(Screen(text, ((home_button(context),),))),)


async def receive_receipt_photo(context: RequestContext) -> Replies:
    """Take the receipt's photo; without an amount in its caption, ask for the amount."""
    return await _keep_receipt_photo(context, await _own_purchase(context, context.pending_subject))


async def receive_early_receipt_photo(context: RequestContext, delivery: Order) -> Replies:
    """Take a photo before [I bought it], which means the same. Raise HoldNotChecked while the hold is not confirmed."""
    if not delivery.hold_checked:
        raise HoldNotChecked
    await set_pending_input(
        context.work, context.campus.id, context.member.person_id, PendingInput.RECEIPT, delivery.id
    )
    return await _keep_receipt_photo(context, await _own_delivery(context, delivery.id))


async def _keep_receipt_photo(context: RequestContext, delivery: Order) -> Replies:
    order = await _save_photo(context, delivery)
    try:
        receipt = read_amount(context.typed, context.campus.currency)
    except Unreadable:
        return (NewMessage(_ask_receipt_screen(context, order, "bot-receipt-amount")),)
    return (NewMessage(await _buy(context, order, receipt)),)


async def receive_late_receipt_photo(context: RequestContext, order: Order) -> Replies:
    """Take the photo of the receipt of a delivery that is bought already."""
    await _save_photo(context, order)
    customer = await find_member(context.work, context.campus.id, order.customer_id)
    kept = context.say("bot-receipt-kept", order=order.id, customer=customer.first_name)
    return (NewMessage(Screen(kept, ((home_button(context),),))),)


async def _save_photo(context: RequestContext, delivery: Order) -> Order:
    if context.photo is None:
        raise OrderClosed
    return await photos.save_receipt_photo(context.work, context.campus, context.member, delivery.id, context.photo)


async def ask_customer_tapped(context: RequestContext) -> Replies:
    """Handle [Ask Mei]: the customer's answer comes as a notification."""
    order = await price_increases.ask_customer_for_higher_limit(
        context.work, context.campus, context.member, context.subject, context.read_argument(TapArgument.AMOUNT)
    )
    customer = await find_member(context.work, context.campus.id, order.customer_id)
    limit = context.format_money(order.price.shop_limit)
    wanted = context.format_money(context.read_argument(TapArgument.AMOUNT))
    return (
        Answer(context.say_plain("bot-asked-customer", customer=customer.first_name, wanted=wanted, limit=limit), True),
    )


async def ask_admin_tapped(context: RequestContext) -> Replies:
    """Handle [Ask an admin]: the shop wants more than the limit; the button carries the amount."""
    order = await _own_delivery(context, context.subject)
    limit = context.format_money(order.price.shop_limit)
    if await photos.tell_admins_price_above_limit(
        context.work, context.campus, context.member, order.id, context.read_argument(TapArgument.AMOUNT)
    ):
        said = context.say_plain("bot-asked-admins", order=order.id, limit=limit)
    else:
        said = context.say_plain("bot-no-admins", limit=limit)
    return (Answer(said, alert=True),)


async def _buy(context: RequestContext, order: Order, receipt: int) -> Screen:
    if order.receipt is not None:
        bought = await running.change_receipt(context.work, context.campus, context.member, order.id, receipt)
        return await _bought_screen(context, bought, receipt)
    try:
        bought = await running.mark_bought(context.work, context.campus, context.member, order.id, receipt)
    except ReceiptAboveLimit:  # the purchase was not written: the input stays pending, and the photo is kept
        return await _above_limit_screen(context, order, receipt)
    return await _bought_screen(context, bought, receipt)


async def _bought_screen(context: RequestContext, order: Order, receipt: int) -> Screen:
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    share = context.format_money(order.runner_share or 0)
    text = context.say("bot-bought", order=order.id, receipt=context.format_money(receipt), share=share)
    if lacks_receipt_photo(order):
        estimate = context.format_money(order.price.items)
        hours = max(1, context.campus.windows.problem // 3600)
        text += "\n\n" + context.say("bot-receipt-photo-wanted", estimate=estimate, hours=hours)
    picked_up = context.button("button-picked-up", Tap.PICKED_UP, order.id, MENU_SCREEN, style=ButtonStyle.PRIMARY)
    change = context.button("bot-button-change-receipt", Tap.CHANGE_RECEIPT, order.id, order.version)
    return Screen(text, ((picked_up,), (change, home_button(context))))


def _ask_receipt_screen(context: RequestContext, order: Order, key: str) -> Screen:
    estimate = context.format_money(order.price.items)
    as_estimated = context.button(
        "bot-button-as-estimated", Tap.BOUGHT_AS_ESTIMATED, order.id, order.version, amount=estimate
    )
    text = context.say(key, order=order.id, limit=context.format_money(order.price.shop_limit), example=estimate)
    return Screen(text, ((as_estimated,), (home_button(context),)))


async def _above_limit_screen(context: RequestContext, order: Order, wanted: int) -> Screen:
    name = (await find_member(context.work, context.campus.id, order.customer_id)).first_name
    ask_customer = context.button(
        "bot-button-ask-customer", Tap.ASK_CUSTOMER, order.id, min(wanted, MAX_CALLBACK_AMOUNT), customer=name
    )
    ask_admin = context.button("bot-button-ask-admin", Tap.ASK_ADMIN, order.id, min(wanted, MAX_CALLBACK_AMOUNT))
    give_back = context.button("bot-button-give-back", Tap.RELEASE, order.id, order.version, style=ButtonStyle.DANGER)
    text = context.say(
        "bot-too-dear", wanted=context.format_money(wanted), limit=context.format_money(order.price.shop_limit)
    )
    return Screen(text, ((ask_customer,), (ask_admin,), (give_back, home_button(context))))


async def _own_purchase(context: RequestContext, order_id: int) -> Order:
    """Return the runner's own delivery. Raise OrderClosed when it can neither be bought nor its receipt be changed."""
    order = await find_order(context.work, context.campus.id, order_id)
    require_own_delivery(context.member, Action.BUY, order)
    if order.status is not OrderStatus.PLACED and not is_event_allowed(order.status, OrderEvent.BOUGHT):
        raise OrderClosed
    return order


async def _own_delivery(context: RequestContext, order_id: int) -> Order:
    """Return the runner's own delivery. Raise OrderClosed when it cannot be bought any more."""
    order = await find_order(context.work, context.campus.id, order_id)
    require_own_delivery(context.member, Action.BUY, order)
    if not is_event_allowed(order.status, OrderEvent.BOUGHT):
        raise OrderClosed
    return order
