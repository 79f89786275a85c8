"""The basket of a person: it is started, guarded against old buttons, and changed."""

from collections.abc import Awaitable, Callable

from bot.conversation.home import BASKET_INPUTS, render_home
from bot.conversation.replies import Answer, EditMenu, Replies, Screen
from bot.conversation.request_context import RequestContext
from bot.conversation.routing import Handler
from bot.customer.pending_orders import find_pending_order, render_pending_order
from bot.customer.screens import drop_point_screens, flow, item_screens, offer_screens, store_screens
from domain.campuses.permissions import Action, require_permission
from domain.errors import Stale
from domain.messaging.buttons import Tap, TapArgument
from domain.orders.drafts.draft import ConversationState, Draft, PendingInput
from domain.orders.drafts.repository import change_draft, find_pending_input, lock_draft, set_pending_input
from domain.orders.use_cases import ordering

# Taps of the screens that fill the basket: an old one shows that screen again, not the next one.
ITEM_TAPS = frozenset({Tap.STORE, Tap.MENU_ITEM, Tap.CLEAR_ITEMS, Tap.ITEMS_DONE, Tap.USE_AS_ITEM})
BASKET_LINE_TAPS = frozenset({Tap.BASKET, Tap.LESS, Tap.MORE})

DraftHandler = Callable[[RequestContext, Draft], Awaitable[Replies]]


async def begin_draft(context: RequestContext) -> Draft:
    """Return the person's basket, or start a new one. Raise NotAdmitted when the person may not order here."""
    return await ordering.start_draft(context.work, context.campus, context.member)


def with_draft(handler: DraftHandler) -> Handler:
    """Call the handler with the basket if the button has its version; an older button shows the basket as it is now."""

    async def handle(context: RequestContext) -> Replies:
        require_permission(context.member, Action.PLACE)
        draft = await lock_draft(context.work, context.campus.id, context.member.person_id)
        if draft is None or draft.version != context.read_argument(TapArgument.DRAFT_VERSION):
            return await show_current_basket(context, draft)
        return await handler(context, draft)

    return handle


async def show_current_basket(context: RequestContext, draft: Draft | None) -> Replies:
    """Show the basket, or what replaces it; change nothing, and leave the pending input."""
    pending = await find_pending_order(context)
    if pending is not None:
        screen = render_pending_order(context, pending)
    elif draft is None:
        screen = await render_home(context)
    else:
        screen = await _current_screen(context, draft)
    return Answer(context.say_plain("error-stale")), EditMenu(screen)


async def _current_screen(context: RequestContext, draft: Draft) -> Screen:
    """Return the screen of the pending input; if that is not about the basket, the screen of the button."""
    here = context.work, context.campus.id, context.member.person_id
    asked = await find_pending_input(*here)
    if asked is not None and asked.pending_input in BASKET_INPUTS:
        return await _screen_of_input(context, draft, asked)
    screen = await _screen_of_tap(context, draft)
    if asked is not None:  # a PIN or a receipt stays the pending input
        await set_pending_input(*here, asked.pending_input, asked.subject, asked.detail)
    return screen


async def _screen_of_input(context: RequestContext, draft: Draft, asked: ConversationState) -> Screen:
    match asked.pending_input:
        case PendingInput.STORE:
            return await store_screens.render_stores(context, draft)
        case PendingInput.ITEMS:
            return await _items_screen(context, draft)
        case PendingInput.DROP_POINT:
            return await _drop_point_screen(context, draft, asked.subject)
        case PendingInput.FEE:
            return await offer_screens.render_fee(context, draft)
        case _:
            return await flow.render_next_screen(context, draft)


async def _screen_of_tap(context: RequestContext, draft: Draft) -> Screen:
    tapped = context.tap is not None and context.tap.tap in ITEM_TAPS | BASKET_LINE_TAPS
    return await (_items_screen if tapped else flow.render_next_screen)(context, draft)


async def _items_screen(context: RequestContext, draft: Draft) -> Screen:
    if draft.store_name is None:
        return await flow.render_next_screen(context, draft)
    line_by_line = bool(draft.items) and context.tap is not None and context.tap.tap in BASKET_LINE_TAPS
    return await (item_screens.render_basket if line_by_line else item_screens.render_items)(context, draft)


async def _drop_point_screen(context: RequestContext, draft: Draft, spot: int | None) -> Screen:
    if spot is None:
        return await drop_point_screens.render_drop_points(context, draft)
    try:
        return await drop_point_screens.render_spots(context, draft, spot)
    except Stale:  # it was deactivated meanwhile
        return await drop_point_screens.render_drop_points(context, draft)


async def change_basket(context: RequestContext, **changes: object) -> Draft:
    """Change columns of the basket and return it; its older buttons are stale from now on."""
    return await change_draft(context.work, context.campus.id, context.member.person_id, **changes)
