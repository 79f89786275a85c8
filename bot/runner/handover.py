"""The hand-over: the PIN, or a photo of the food where it was left when the PIN or the customer does not come."""

import re

from bot.conversation.home import home_button
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from bot.runner.deliveries import move_delivery
from bot.runner.receipt import receive_early_receipt_photo, receive_late_receipt_photo
from domain.campuses.people_repository import find_member
from domain.campuses.permissions import Action
from domain.errors import OrderClosed
from domain.messaging.buttons import Tap
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import clear_pending_input, set_pending_input
from domain.orders.repository import find_order, list_active_deliveries
from domain.orders.states import Order, OrderEvent, OrderStatus, is_event_allowed
from domain.orders.use_cases import photos, running
from domain.orders.use_cases.ownership import require_own_delivery
from domain.typed import plain_digits

_PIN_PATTERN = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_SPACED_PIN_PATTERN = re.compile(r"[0-9](?:[ -]?[0-9]){3}")


async def arrive_tapped(context: RequestContext) -> Replies:
    """Handle [I'm here]: tell the customer; the next typed line is the PIN."""
    order = await move_delivery(context, OrderStatus.ARRIVED, running.mark_arrived)
    await set_pending_input(context.work, context.campus.id, context.member.person_id, PendingInput.PIN, order.id)
    if context.is_on_menu:
        return (EditMenu(Screen(context.say("bot-ask-pin"), ((home_button(context),),))),)
    return (Answer(context.say_plain("bot-ask-pin"), alert=True),)


async def receive_pin(context: RequestContext) -> Replies:
    """Take the typed line as the PIN; a line without a PIN is not one of the five attempts.

    While a photo is pending, four digits in a line may be a room: then only a line of four digits is a PIN.
    """
    awaits_photo = (
        context.conversation_state is not None and context.conversation_state.pending_input is PendingInput.PROOF
    )
    pin = extract_pin(context.typed)
    if pin is not None and (is_only_pin(context.typed) or not awaits_photo):
        return await try_pin(context, context.pending_subject, pin)
    order = await find_order(context.work, context.campus.id, context.pending_subject)
    if not is_event_allowed(order.status, OrderEvent.DELIVERED):
        raise OrderClosed
    prompt = "bot-leave-photo-wanted" if awaits_photo else "bot-ask-pin"
    return (NewMessage(Screen(context.say(prompt), ((home_button(context),),))),)


def extract_pin(typed: str) -> str | None:
    """Return the four digits of `1234!`, `pin is 1234` or `1 2 3 4`; None when there are none, or more than one PIN.

    They may be digits of any keyboard.
    """
    digits = plain_digits(typed)
    if is_only_pin(typed):
        return re.sub("[^0-9]", "", digits)
    found = _PIN_PATTERN.findall(digits)
    return found[0] if len(found) == 1 else None


def is_only_pin(typed: str) -> bool:
    """Return whether the line is four digits and nothing else, perhaps with spaces or dashes between them."""
    return _SPACED_PIN_PATTERN.fullmatch(plain_digits(typed)) is not None


async def try_pin(context: RequestContext, order_id: int, pin: str) -> Replies:
    """Check the PIN and hand the order over if it is right."""
    outcome = await running.hand_over_with_pin(context.work, context.campus, context.member, order_id, pin)
    match outcome:
        case running.WrongPin(tries_left=0):
            await clear_pending_input(context.work, context.campus.id, context.member.person_id)
            return (NewMessage(Screen(context.say("error-pin-locked"), ((home_button(context),),))),)
        case running.WrongPin(tries_left=left):
            return (NewMessage(Screen(context.say("bot-wrong-pin", left=left))),)
        case running.OrderHandedOver(order=order):
            return await _delivered_replies(context, order)


async def confirm_leaving_food(context: RequestContext) -> Replies:
    """Handle [Leave it, send photo]: say what it means, with the way back first; the next photo is the proof."""
    order = await find_order(context.work, context.campus.id, context.subject)
    require_own_delivery(context.member, Action.DELIVER, order)
    await photos.require_leaving_allowed(context.work, order)
    return (NewMessage(await _leaving_food_screen(context, order)),)


async def _leaving_food_screen(context: RequestContext, order: Order) -> Screen:
    await set_pending_input(context.work, context.campus.id, context.member.person_id, PendingInput.PROOF, order.id)
    customer = await find_member(context.work, context.campus.id, order.customer_id)
    stay = context.button("bot-button-stay", Tap.STAY, order.id)
    text = context.say("bot-leave", place=order.drop_point, customer=customer.first_name)
    return Screen(text, ((stay,), (home_button(context),)))


async def keep_waiting_for_customer(context: RequestContext) -> Replies:
    """Handle [Keep waiting]: the next typed line is the PIN again."""
    order = await find_order(context.work, context.campus.id, context.subject)
    require_own_delivery(context.member, Action.DELIVER, order)
    if not is_event_allowed(order.status, OrderEvent.DELIVERED):
        raise OrderClosed
    await set_pending_input(context.work, context.campus.id, context.member.person_id, PendingInput.PIN, order.id)
    return (EditMenu(Screen(context.say("bot-stay"), ((home_button(context),),))),)


async def receive_proof_photo(context: RequestContext) -> Replies:
    """Take the photo of the food where it was left, which delivers the order."""
    order = await photos.leave_food_with_photo(
        context.work, context.campus, context.member, context.pending_subject, context.photo
    )
    return await _delivered_replies(context, order)


async def receive_photo_instead_of_pin(context: RequestContext) -> Replies:
    """Take a photo while the PIN is pending: ask for the proof if the food may be left, else save it as the receipt."""
    order = await find_order(context.work, context.campus.id, context.pending_subject)
    require_own_delivery(context.member, Action.DELIVER, order)
    return await _handle_photo(context, order)


async def handle_unprompted_photo(context: RequestContext) -> Replies:
    """Take a photo without pending input: it is of the one delivery that is bought, or that is being bought."""
    held = await list_active_deliveries(context.work, context.campus.id, context.member.person_id)
    if len(held) == 1 and is_event_allowed(held[0].status, OrderEvent.BOUGHT):
        return await receive_early_receipt_photo(context, held[0])
    deliveries = await photos.list_bought_deliveries(context.work, context.campus, context.member)
    if len(deliveries) == 1:
        return await _handle_photo(context, deliveries[0])
    key = "bot-receipt-which" if deliveries else "bot-photo-not-wanted"
    return (NewMessage(Screen(context.say(key), ((home_button(context),),))),)


async def _handle_photo(context: RequestContext, order: Order) -> Replies:
    """Ask for the proof photo or save the receipt: a delivery is final, so only a photo asked for as proof delivers."""
    if await photos.can_runner_leave_food(context.work, order):
        return (NewMessage(await _leaving_food_screen(context, order)),)
    return await receive_late_receipt_photo(context, order)


async def _delivered_replies(context: RequestContext, order: Order) -> Replies:
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    share = context.format_money(order.runner_share or 0)
    return (NewMessage(Screen(context.say("bot-delivered", order=order.id, share=share), ((home_button(context),),))),)
