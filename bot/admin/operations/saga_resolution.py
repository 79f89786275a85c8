"""An admin's statement that a stuck saga was settled elsewhere: what it means, then the reason, which resolves it."""

from bot.admin.commands import admin_screen
from bot.admin.operations.stuck_sagas import describe_stuck_saga
from bot.admin.reason_flow import ReasonFlow, ReasonQuestion
from bot.conversation.replies import Screen
from bot.conversation.request_context import RequestContext
from domain.messaging.buttons import Button, Tap
from domain.orders.drafts.draft import PendingInput
from domain.orders.use_cases import admin_orders
from domain.saga.stuck_repository import StuckSaga
from domain.support.use_cases import stuck_sagas as saga_use_cases
from domain.words import Html


async def _ask_resolve_reason(context: RequestContext) -> ReasonQuestion:
    found = await saga_use_cases.view_stuck_saga(context.work, context.campus, context.member, context.subject)
    line, after = Html(describe_stuck_saga(context, found)), Html(await _order_afterwards(context, found))
    text = context.say("bot-resolve", number=found.number, line=line, after=after)
    return ReasonQuestion(subject=found.number, text=text, back=_back_button(context))


async def _resolve(context: RequestContext, number: int, reason: str) -> Screen:
    shown = context.is_shown_to_admins
    found = await saga_use_cases.resolve_saga(
        context.work, context.campus, context.member, number, reason, shown_to_admins=shown
    )
    text = context.say(
        "bot-resolved", number=number, reason=reason, after=Html(await _order_afterwards(context, found))
    )
    if found.order_id is None:
        return admin_screen(context, text, (_back_button(context),))
    open_button = context.button("bot-button-open-order", Tap.ADMIN_ORDER, found.order_id)
    return admin_screen(context, text, (_back_button(context), open_button))


async def _order_afterwards(context: RequestContext, found: StuckSaga) -> str:
    """Return the sentence about the saga's order: it is completed, or its status stays as it is."""
    if found.order_id is None:
        return context.say("bot-resolve-alone")
    order, _ = await admin_orders.view_order(context.work, context.campus, context.member, found.order_id)
    if saga_use_cases.is_completion(found):
        total, share = context.format_money(order.total or 0), context.format_money(order.runner_share or 0)
        return context.say("bot-resolve-completion", order=order.id, total=total, share=share)
    return context.say("bot-resolve-order", order=order.id, status=order.status)


def _back_button(context: RequestContext) -> Button:
    return context.button("bot-button-stuck", Tap.STUCK)


RESOLVE = ReasonFlow(
    tap=Tap.RESOLVE,
    pending_input=PendingInput.RESOLVE_SAGA,
    command="resolve",
    usage="bot-usage-resolve",
    ask=_ask_resolve_reason,
    act=_resolve,
)
