"""Repeating an order: the usual order from the home screen, or an old order from its order message."""

from bot.conversation.home import edit_menu_or_send, home_button
from bot.conversation.replies import EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from bot.customer.pending_orders import find_pending_order, render_pending_order
from bot.customer.screens import flow, item_screens
from bot.customer.screens.screen_parts import with_notices
from domain.campuses.permissions import Action, require_permission
from domain.messaging.buttons import Tap
from domain.orders.drafts.draft import Draft
from domain.orders.drafts.repository import lock_draft
from domain.orders.repository import find_order
from domain.orders.states import Order
from domain.orders.use_cases import ordering


async def review_usual_order(context: RequestContext) -> Replies:
    """Handle [Usual]: edit the home screen into the review."""
    return (edit_menu_or_send(context, await _reorder(context)),)


async def review_past_order(context: RequestContext) -> Replies:
    """Handle [Order again] on an order message: send the review as a new message."""
    return (NewMessage(await _reorder(context)),)


async def replace_basket(context: RequestContext, _existing_draft: Draft) -> Replies:
    """Handle [Take #12]: replace the present basket."""
    return (EditMenu(await _refill_basket(context)),)


async def _reorder(context: RequestContext) -> Screen:
    order = await find_order(context.work, context.campus.id, context.subject)
    require_permission(context.member, Action.CANCEL, own=order.customer_id == context.member.person_id)
    pending = await find_pending_order(context)
    if pending is not None:
        return render_pending_order(context, pending)
    existing_draft = await lock_draft(context.work, context.campus.id, context.member.person_id)
    if (
        existing_draft is None
        or not existing_draft.items
        or (existing_draft.store_name, existing_draft.items) == (order.store_name, order.items)
    ):
        return await _refill_basket(context)
    return _choose_basket_screen(context, order, existing_draft)


def _choose_basket_screen(context: RequestContext, order: Order, existing_draft: Draft) -> Screen:
    """Ask which basket to keep: the present one is not replaced without asking."""
    words = [
        context.say("bot-instead", store=existing_draft.store_name or ""),
        *item_screens.basket_lines(context, existing_draft),
    ]
    keep = context.button("bot-button-keep-basket", Tap.REVIEW)
    take = context.button("bot-button-instead", Tap.REPLACE_BASKET, order.id, existing_draft.version, order=order.id)
    return Screen("\n".join(words), ((keep, take), (home_button(context),)))


async def _refill_basket(context: RequestContext) -> Screen:
    again = await ordering.reorder(context.work, context.campus, context.member, context.subject)
    return with_notices(await flow.render_next_screen(context, again.draft), *_describe_changes(context, again))


def _describe_changes(context: RequestContext, again: ordering.Reorder) -> list[str]:
    """Return sentences about what changed since the old order: the customer must know before confirming the review."""
    outlook = again.preview
    if outlook.store_gone:
        return [context.say("bot-store-gone", store=again.store_name)]
    said: list[str] = []
    if outlook.renewed.unavailable:
        said.append(context.say("bot-again-items-gone", items=", ".join(outlook.renewed.unavailable)))
    if outlook.renewed.repriced:
        prices = ", ".join(f"{item.name} {context.format_money(item.price)}" for item in outlook.renewed.repriced)
        said.append(context.say("bot-again-prices", items=prices))
    return said
