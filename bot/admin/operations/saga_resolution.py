"""An admin's statement that a stuck saga was settled elsewhere: what it means, then the reason, which resolves it."""

from bot.admin.admin_commands import (
    admin_screen,
    describe_stuck_saga,
    parse_number_and_reason,
    require_admin_access,
    require_admin_access_and_clear_input,
)
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from domain.campuses import use_cases as campuses_use_cases
from domain.messaging.buttons import Button, Tap
from domain.orders.drafts.draft import PendingInput
from domain.orders.drafts.repository import clear_pending_input, set_pending_input
from domain.orders.use_cases import admin_orders
from domain.saga import use_cases as saga_use_cases
from domain.saga.stuck_repository import StuckSaga
from domain.words import Html


async def ask_resolve_reason(context: RequestContext) -> Replies:
    """Handle [Resolve by hand…]: say what it means, with the way back first; the next typed line is the reason."""
    await require_admin_access_and_clear_input(context)
    if not context.is_private:
        return (
            Answer(
                context.say_plain("bot-write-with-reason", example=f"/resolve {context.subject} reason"), alert=True
            ),
        )
    found = await saga_use_cases.view_stuck_saga(context.work, context.campus, context.member, context.subject)
    await set_pending_input(
        context.work, context.campus.id, context.member.person_id, PendingInput.RESOLVE_SAGA, found.number
    )
    line, after = Html(describe_stuck_saga(context, found)), Html(await _order_afterwards(context, found))
    return (
        EditMenu(
            Screen(context.say("bot-resolve", number=found.number, line=line, after=after), ((_back_button(context),),))
        ),
    )


async def receive_resolve_reason(context: RequestContext) -> Replies:
    """Take the typed line as the reason; a line that cannot be one leaves the input pending."""
    require_admin_access(context)
    reason = " ".join(context.typed.split())
    if not reason or len(reason) > campuses_use_cases.MAX_REASON_LENGTH:
        return (
            NewMessage(
                admin_screen(context, context.say("bot-reason-too-long", most=campuses_use_cases.MAX_REASON_LENGTH))
            ),
        )
    done = await _resolve(context, context.pending_subject, reason)
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    return (NewMessage(done),)


async def resolve_command(context: RequestContext) -> Replies:
    """Handle /resolve NUMBER reason."""
    require_admin_access(context)
    number, reason = parse_number_and_reason(context.arguments)
    if number is None:
        return (NewMessage(admin_screen(context, context.say("bot-usage-resolve"))),)
    return (NewMessage(await _resolve(context, number, reason)),)


async def _resolve(context: RequestContext, number: int, reason: str) -> Screen:
    found = await saga_use_cases.resolve_saga(context.work, context.campus, context.member, number, reason)
    text = context.say(
        "bot-resolved", number=number, reason=reason, after=Html(await _order_afterwards(context, found))
    )
    if found.order_id is None:
        return admin_screen(context, text, (_back_button(context),))
    open_button = context.button("bot-button-open-order", Tap.ADMIN_ORDER, found.order_id)
    return admin_screen(context, text, (_back_button(context), open_button))


async def _order_afterwards(context: RequestContext, found: StuckSaga) -> str:
    """Return the sentence about the saga's order: its status stays as it is, whatever was settled elsewhere."""
    if found.order_id is None:
        return context.say("bot-resolve-alone")
    order, _ = await admin_orders.view_order(context.work, context.campus, context.member, found.order_id)
    return context.say("bot-resolve-order", order=order.id, status=order.status)


def _back_button(context: RequestContext) -> Button:
    return context.button("bot-button-stuck", Tap.STUCK)
