"""The relay: replies that pass on what one side of an order writes to the other side."""

from aiogram import Router
from aiogram.dispatcher.event.bases import SkipHandler

from bot.conversation import photos
from bot.conversation.relay import offer
from bot.conversation.relay.team_answers import answer_team_by_reply
from bot.conversation.replies import NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from bot.conversation.routing import on_picture_files, on_replies, on_taps
from bot.runner.handover import extract_pin, is_only_pin, try_pin
from domain.errors import Unreadable
from domain.messaging.buttons import Tap
from domain.money import read_amount
from domain.orders.drafts.draft import PendingInput
from domain.orders.states import Order, OrderStatus
from domain.support.repository import find_case
from domain.support.use_cases import relay


def relay_router() -> Router:
    """Return the router that comes first: a reply to an order message is for a person, whatever input is pending."""
    router = Router(name="relay")
    on_picture_files(router, photos.ask_for_photo_instead)
    on_replies(router, relay_reply)
    on_replies(router, answer_team_by_reply)
    on_taps(router, {Tap.SEE_RECEIPT: photos.show_receipt_photo, Tap.SEE_PHOTO: photos.show_proof_photo})
    on_taps(
        router,
        {
            Tap.PASS_ON: offer.confirm_relay,
            Tap.PASS_ON_TEAM: offer.confirm_answer_to_team,
            Tap.PASS_ON_CASE: offer.confirm_team_message,
            Tap.DO_NOT_PASS_ON: offer.decline_relay,
        },
    )
    return router


async def relay_reply(context: RequestContext) -> Replies:
    """Pass on a reply to an order message or to a relayed message; leave all else to other handlers."""
    if not context.is_private or context.reply_to is None or context.message_id is None:
        raise SkipHandler
    order = await relay.find_order_of_message(context.work, context.campus, context.chat_id, context.reply_to)
    if order is None or await _answers_pending_input(context, order):
        raise SkipHandler
    if _is_pin(context, order):
        return await try_pin(context, order.id, extract_pin(context.typed) or "")
    if context.has_other_content:
        return _reply_text(context.say("bot-relay-only-words"))
    outcome = await relay.relay_message(
        context.work,
        context.campus,
        context.member,
        order,
        context.typed,
        photo=context.photo_id,
        message_id=context.message_id,
    )
    words = await offer.describe_relay_outcome(context, order, outcome)
    return () if words is None else _reply_text(words)  # the person sees the message in the chat: nothing to add


async def _answers_pending_input(context: RequestContext, order: Order) -> bool:
    """Return whether the reply answers the pending input about this order: the receipt, the proof photo, the problem.

    Such an answer may be meant for the campus team, and must never reach the person it is about.
    """
    if (
        context.conversation_state is not None
        and context.conversation_state.pending_input is PendingInput.CASE_ADDITION
    ):
        return (await find_case(context.work, context.campus.id, context.pending_subject)).order_id == order.id
    if context.conversation_state is None or context.conversation_state.subject != order.id:
        return False
    match context.conversation_state.pending_input:
        case PendingInput.PROBLEM:
            return True
        case PendingInput.PROOF:
            return context.photo is not None
        case PendingInput.RECEIPT:
            return context.photo is not None or _is_amount(context)
        case _:
            return False


def _is_amount(context: RequestContext) -> bool:
    try:
        read_amount(context.typed, context.campus.currency)
    except Unreadable:
        return False
    return True


def _is_pin(context: RequestContext, order: Order) -> bool:
    has_arrived = order.status is OrderStatus.ARRIVED and order.runner_id == context.member.person_id
    return has_arrived and context.photo is None and is_only_pin(context.typed)


def _reply_text(words: str) -> Replies:
    return (NewMessage(Screen(words)),)
