"""An admin's answer to a bank that disputes a payment: what would be sent, and sending it."""

from bot.admin.access import require_admin_access
from bot.admin.commands import admin_screen
from bot.conversation.replies import EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.messaging.buttons import Tap
from domain.refunds.evidence import use_cases as evidence_use_cases


async def show_evidence(context: RequestContext) -> Replies:
    """Handle [Answer the bank…]: show what would be sent, with the safe choice first."""
    require_admin_access(context)
    order, evidence = await evidence_use_cases.view_evidence(
        context.work, context.campus, context.member, context.subject
    )
    text = context.say(
        "bot-dispute-answer",
        order=order.id,
        text=evidence.uncategorized_text,
        proof="other" if order.proof_photo is None and order.receipt_photo is None else "photo",
    )
    leave = context.button("bot-button-leave", Tap.ADMIN_ORDER, order.id)
    send = context.button("bot-button-answer-dispute-sure", Tap.ANSWER_DISPUTE_SURE, order.id)
    return (NewMessage(Screen(text, ((leave,), (send,)))),)


async def send_evidence(context: RequestContext) -> Replies:
    """Handle [Send it to the bank]."""
    require_admin_access(context)
    order = await evidence_use_cases.answer_dispute(context.work, context.campus, context.member, context.subject)
    return (EditMenu(admin_screen(context, context.say("bot-dispute-answering", order=order.id))),)
