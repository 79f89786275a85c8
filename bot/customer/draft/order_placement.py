"""Placing an order from the review, and cancelling it."""

from bot.conversation.home import edit_menu_or_send, home_button, render_home
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.conversation.request_context import RequestContext
from bot.customer.draft.basket import begin_draft, show_current_basket
from bot.customer.pending_orders import find_pending_order, render_pending_order
from bot.customer.screens import flow
from domain.campuses.opening import require_campus_open
from domain.campuses.permissions import Action, require_permission
from domain.errors import DraftChanged, OrderClosed, Stale
from domain.messaging.buttons import ButtonStyle, Tap, TapArgument
from domain.orders.drafts.customer_limits import require_may_order
from domain.orders.drafts.draft import Draft
from domain.orders.drafts.repository import clear_pending_input, find_draft
from domain.orders.repository import find_order
from domain.orders.states import STATUSES_BEFORE_CLAIM, Order, OrderStatus
from domain.orders.use_cases import ordering
from domain.payments.sagas.save_card import SAVE_CARD
from domain.payments.use_cases import saved_cards
from domain.saga.repository import has_saga_just_started


async def begin_order(context: RequestContext) -> Replies:
    """Handle [Order food]: continue the basket, or start one."""
    require_permission(context.member, Action.PLACE)
    require_campus_open(context.campus, context.work.now)
    pending = await find_pending_order(context)
    if pending is not None:
        return (edit_menu_or_send(context, render_pending_order(context, pending)),)
    await require_may_order(context.work, context.campus, context.member.person_id)
    draft = await begin_draft(context)
    return (edit_menu_or_send(context, await flow.render_next_screen(context, draft)),)


async def review_order(context: RequestContext) -> Replies:
    """Handle [Continue my order], on a message outside the basket's screens."""
    require_permission(context.member, Action.PLACE)
    pending = await find_pending_order(context)
    if pending is not None:
        return (edit_menu_or_send(context, render_pending_order(context, pending)),)
    draft = await find_draft(context.work, context.campus.id, context.member.person_id)
    return (
        edit_menu_or_send(
            context, await render_home(context) if draft is None else await flow.render_next_screen(context, draft)
        ),
    )


async def place_order_tapped(context: RequestContext) -> Replies:
    """Handle [Place order] under the ceiling on the button."""
    require_permission(context.member, Action.PLACE)
    draft = await find_draft(context.work, context.campus.id, context.member.person_id)
    shown_version = context.read_argument(TapArgument.DRAFT_VERSION)
    if draft is None or draft.version != shown_version:  # it was placed, or changed on another device
        return await show_current_basket(context, draft)
    if await _is_card_link_pending(context, draft):
        return (Answer(context.say_plain("bot-card-link-coming")),)
    try:
        outcome = await ordering.submit_order(
            context.work, context.campus, context.member, version=shown_version, ceiling=context.subject, read=draft
        )
    except DraftChanged as changed:
        return Answer(context.say_plain(changed.key), alert=True), EditMenu(
            await flow.render_next_screen(context, draft)
        )
    except Stale:  # it is being placed, or its store is gone
        return await show_current_basket(context, draft)
    await clear_pending_input(context.work, context.campus.id, context.member.person_id)
    match outcome:
        case ordering.OrderPlaced(order_id=order_id):
            return (EditMenu(Screen(context.say("bot-placed", order=order_id), ((home_button(context),),))),)
        case ordering.CardRequired():
            back = context.button("bot-button-review", Tap.REVIEW)
            return (EditMenu(Screen(context.say("bot-card-wanted"), ((back,), (home_button(context),)))),)


async def _is_card_link_pending(context: RequestContext, draft: Draft) -> bool:
    """Return whether the link to save a card was just requested for this offer: a second tap starts nothing."""
    if context.member.card is not None or draft.asked_ceiling != context.subject:
        return False
    return await has_saga_just_started(context.work, context.campus.id, context.member.person_id, SAVE_CARD.kind)


async def add_card_tapped(context: RequestContext) -> Replies:
    """Handle [Add card] and [Change card]: the link follows as a notification."""
    if not await has_saga_just_started(context.work, context.campus.id, context.member.person_id, SAVE_CARD.kind):
        await saved_cards.start_card_setup(context.work, context.campus, context.member)
    return (Answer(context.say_plain("bot-card-link-coming")),)


async def confirm_cancel(context: RequestContext) -> Replies:
    """Handle [Cancel order]: ask for confirmation in a new message; the order message stays as it is."""
    order = await _own_order(context)
    if order.status not in STATUSES_BEFORE_CLAIM:
        raise OrderClosed
    keep = context.button("bot-button-keep", Tap.OPEN_ORDER, order.id)
    confirm_button = context.button(
        "bot-button-cancel-sure", Tap.CANCEL_SURE, order.id, order.version, style=ButtonStyle.DANGER
    )
    return (NewMessage(Screen(context.say("bot-cancel-sure", order=order.id), ((keep, confirm_button),))),)


async def cancel_order_tapped(context: RequestContext) -> Replies:
    """Handle [Yes, cancel]: the use case decides by the order's present status, not by the button."""
    order = await ordering.cancel_own_order(context.work, context.campus, context.member, context.subject)
    key = "bot-cancelling" if order.status is OrderStatus.PENDING else "bot-cancelled"
    return (EditMenu(Screen(context.say(key, order=order.id), ((home_button(context),),))),)


async def _own_order(context: RequestContext) -> Order:
    order = await find_order(context.work, context.campus.id, context.subject)
    require_permission(context.member, Action.CANCEL, own=order.customer_id == context.member.person_id)
    return order
