"""Messages that answer no question: a PIN, a photo of a delivery, the campus' code, a message to relay; else help."""

from dataclasses import replace

from bot.conversation.home import show_help
from bot.conversation.relay.offer import offer_relay
from bot.conversation.replies import Replies
from bot.conversation.request_context import RequestContext
from bot.customer.invitation import receive_invitation_code
from bot.runner.handover import extract_pin, handle_unprompted_photo, try_pin
from domain.orders.drafts.draft import PendingInput
from domain.orders.repository import list_active_deliveries
from domain.orders.states import OrderStatus

CHOICES = (PendingInput.PASS_ON, PendingInput.ADDRESSEE)  # made by a button: what is typed meanwhile is no answer


async def handle_unprompted_message(context: RequestContext) -> Replies:
    """Take a photo as one of a delivery, four digits as the PIN of the one delivery at the door, else offer a relay."""
    asked = (
        None
        if context.conversation_state is None or context.conversation_state.pending_input in CHOICES
        else context.conversation_state
    )
    if context.is_private and context.photo is not None and asked is None:
        return await handle_unprompted_photo(context)
    pin = extract_pin(context.typed)
    if context.is_private and pin is not None:
        deliveries = await list_active_deliveries(context.work, context.campus.id, context.member.person_id)
        arrived = [delivery.id for delivery in deliveries if delivery.status is OrderStatus.ARRIVED]
        if len(arrived) == 1:
            return await try_pin(context, arrived[0], pin)
    said = await _find_meaning(context) if context.is_private and asked is None else None
    return await show_help(replace(context, conversation_state=asked)) if said is None else said


async def _find_meaning(context: RequestContext) -> Replies | None:
    """Take the text as the campus' code of a person who is not admitted, or as a message to relay."""
    return await receive_invitation_code(context) or await offer_relay(context)
