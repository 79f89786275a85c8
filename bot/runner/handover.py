"""At the door: the PIN, and, when the PIN or the customer does not come, a photo of the food where it was left."""

import re

from bot.home import MENU_VERSION, home_button
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.request_context import RequestContext
from bot.runner.receipt import receive_early_receipt_photo, receive_late_receipt_photo
from domain.buttons import Button, ButtonStyle, Tap
from domain.draft import PendingInput
from domain.errors import OrderClosed
from domain.order import Order, OrderEvent, OrderStatus, is_event_allowed
from domain.people import Action
from domain.store.draft_repository import clear_pending_input, set_pending_input
from domain.store.order_repository import find_order, list_active_deliveries
from domain.store.person_repository import find_member
from domain.store.use_cases import photo_use_cases, runner_use_cases
from domain.store.use_cases.permission_checks import require_own_delivery

PIN_PATTERN = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")


async def arrive_tapped(context: RequestContext) -> Replies:
    """[I'm here]: the customer is told, and the next typed line is the PIN, also if the card was quicker."""
    on_note = context.version == MENU_VERSION
    order = await find_order(context.work, context.campus.id, context.subject)
    require_own_delivery(context.member, Action.ARRIVE, order)
    if not (on_note and order.status is OrderStatus.ARRIVED):
        order = await runner_use_cases.mark_arrived(context.work, context.campus, context.member, context.subject)
    await set_pending_input(context.work, context.campus.id, context.member.person_id, PendingInput.PIN, order.id)
    if on_note:
        return (EditMenu(Screen(context.say("bot-ask-pin"), ((home_button(context),),))),)
    return (Answer(context.say_plain("bot-ask-pin"), alert=True),)


async def receive_pin(context: RequestContext) -> Replies:
    """The PIN the customer showed; a line that can be none is not one of the five tries.

    Where a photo is asked for, a line with four digits in it may be about a room: there they must stand alone.
    """
    awaits_photo = (
        context.conversation_state is not None and context.conversation_state.pending_input is PendingInput.PROOF
    )
    pin = extract_pin(context.typed)
    if pin is not None and (pin == context.typed or not awaits_photo):
        return await try_pin(context, context.pending_subject, pin)
    order = await find_order(context.work, context.campus.id, context.pending_subject)
    if not is_event_allowed(order.status, OrderEvent.DELIVERED):
        raise OrderClosed
    prompt = "bot-leave-photo-wanted" if awaits_photo else "bot-ask-pin"
    return (NewMessage(Screen(context.say(prompt), ((home_button(context),),))),)


def extract_pin(typed: str) -> str | None:
    """The four digits of `1234!` or `pin is 1234`; None when there are none, or two to choose from."""
    found = PIN_PATTERN.findall(typed)
    return found[0] if len(found) == 1 else None


async def try_pin(context: RequestContext, order_id: int, pin: str) -> Replies:
    """Try the PIN that was typed."""
    outcome = await runner_use_cases.hand_over_with_pin(context.work, context.campus, context.member, order_id, pin)
    match outcome:
        case runner_use_cases.WrongPin(tries_left=0):
            await clear_pending_input(context.work, context.campus.id, context.member.person_id)
            order = await find_order(context.work, context.campus.id, order_id)
            return (
                NewMessage(
                    Screen(
                        context.say("error-pin-locked"),
                        ((_leave_food_button(context, order),), (home_button(context),)),
                    )
                ),
            )
        case runner_use_cases.WrongPin(tries_left=left):
            return (NewMessage(Screen(context.say("bot-wrong-pin", left=left))),)
        case runner_use_cases.OrderHandedOver(order=order):
            return await _delivered_replies(context, order)


async def confirm_leaving_food(context: RequestContext) -> Replies:
    """[Leave it, send photo]: what that means, and the way back first; the next photo is the proof."""
    order = await find_order(context.work, context.campus.id, context.subject)
    require_own_delivery(context.member, Action.DELIVER, order)
    await photo_use_cases.require_leaving_allowed(context.work, order)
    return (NewMessage(await _leaving_food_screen(context, order)),)


async def _leaving_food_screen(context: RequestContext, order: Order) -> Screen:
    await set_pending_input(context.work, context.campus.id, context.member.person_id, PendingInput.PROOF, order.id)
    customer = await find_member(context.work, context.campus.id, order.customer_id)
    stay = context.button("bot-button-stay", Tap.STAY, order.id, MENU_VERSION)
    text = context.say("bot-leave", place=order.drop_point, customer=customer.first_name)
    return Screen(text, ((stay,), (home_button(context),)))


async def keep_waiting_for_customer(context: RequestContext) -> Replies:
    """[Keep waiting]: the next typed line is the PIN again."""
    order = await find_order(context.work, context.campus.id, context.subject)
    require_own_delivery(context.member, Action.DELIVER, order)
    if not is_event_allowed(order.status, OrderEvent.DELIVERED):
        raise OrderClosed
    await set_pending_input(context.work, context.campus.id, context.member.person_id, PendingInput.PIN, order.id)
    return (EditMenu(Screen(context.say("bot-stay"), ((home_button(context),),))),)


async def receive_proof_photo(context: RequestContext) -> Replies:
    """The photo of the food where it was left."""
    order = await photo_use_cases.leave_food_with_photo(
        context.work, context.campus, context.member, context.pending_subject, context.photo or ""
    )
    return await _delivered_replies(context, order)


async def receive_photo_instead_of_pin(context: RequestContext) -> Replies:
    """A photo where the PIN was asked for: what it means is asked once the food may be left, else it is a receipt."""
    order = await find_order(context.work, context.campus.id, context.pending_subject)
    require_own_delivery(context.member, Action.DELIVER, order)
    return await _handle_photo(context, order)


async def handle_unprompted_photo(context: RequestContext) -> Replies:
    """A photo that nobody asked for: of the one job that is bought, or just being bought, if there is just one."""
    held = await list_active_deliveries(context.work, context.campus.id, context.member.person_id)
    if len(held) == 1 and held[0].status is OrderStatus.ACCEPTED:
        return await receive_early_receipt_photo(context, held[0])
    deliveries = await photo_use_cases.list_bought_deliveries(context.work, context.campus, context.member)
    if len(deliveries) == 1:
        return await _handle_photo(context, deliveries[0])
    key = "bot-receipt-which" if deliveries else "bot-photo-not-wanted"
    return (NewMessage(Screen(context.say(key), ((home_button(context),),))),)


async def _handle_photo(context: RequestContext, order: Order) -> Replies:
    """Delivering can't be taken back: no photo does it that was not asked for as the proof."""
    if await photo_use_cases.can_runner_leave_food(context.work, order):
        return (NewMessage(await _leaving_food_screen(context, order)),)
    return await receive_late_receipt_photo(context, order, context.photo or "")


async def _delivered_replies(context: RequestContext, order: Order) -> Replies:
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    share = context.format_money(order.runner_share or 0)
    return (NewMessage(Screen(context.say("bot-delivered", order=order.id, share=share), ((home_button(context),),))),)


def _leave_food_button(context: RequestContext, order: Order) -> Button:
    return context.button("button-leave", Tap.LEAVE, order.id, order.version, style=ButtonStyle.DANGER)
