"""The basket a tap or a line is about: begun, guarded against old buttons, changed."""

from collections.abc import Awaitable, Callable

from bot.customer.pending_orders import find_pending_order, render_pending_order
from bot.customer.screens import drop_point_screens, flow, item_screens, offer_screens, store_screens
from bot.home import BASKET_INPUTS, render_home
from bot.replies import Answer, EditMenu, Replies, Screen
from bot.request_context import RequestContext
from bot.routing import Handler
from domain.buttons import Tap
from domain.draft import ConversationState, Draft, PendingInput
from domain.errors import Stale
from domain.people import Action
from domain.store.draft_repository import change_draft, find_pending_input, lock_draft, set_pending_input
from domain.store.use_cases import ordering_use_cases
from domain.store.use_cases.permission_checks import require_permission

# Tapped on the screens that fill the basket: there the present one is shown, not what comes next.
ITEM_TAPS = frozenset({Tap.STORE, Tap.MENU_ITEM, Tap.CLEAR_ITEMS, Tap.ITEMS_DONE, Tap.USE_AS_ITEM})
BASKET_LINE_TAPS = frozenset({Tap.BASKET, Tap.LESS, Tap.MORE})

DraftHandler = Callable[[RequestContext, Draft], Awaitable[Replies]]


async def begin_draft(context: RequestContext) -> Draft:
    """The person's basket, a new one if there is none; NotAdmitted for who may not order here."""
    return await ordering_use_cases.start_draft(context.work, context.campus, context.member)


def with_draft(handler: DraftHandler) -> Handler:
    """Let the handler have the basket its button was drawn from; an older button shows the basket as it is now."""

    async def handle(context: RequestContext) -> Replies:
        require_permission(context.member, Action.PLACE)
        draft = await lock_draft(context.work, context.campus.id, context.member.person_id)
        if draft is None or draft.version != context.version:
            return await show_current_basket(context, draft)
        return await handler(context, draft)

    return handle


async def show_current_basket(context: RequestContext, draft: Draft | None) -> Replies:
    """Nothing is changed, the open question included, and the menu shows what is true."""
    pending = await find_pending_order(context)
    if pending is not None:
        screen = render_pending_order(context, pending)
    elif draft is None:
        screen = await render_home(context)
    else:
        screen = await _current_screen(context, draft)
    return Answer(context.say_plain("error-stale")), EditMenu(screen)


async def _current_screen(context: RequestContext, draft: Draft) -> Screen:
    """The screen that asks what is asked; when that is nothing of the basket's, the one the button belongs to."""
    here = context.work, context.campus.id, context.member.person_id
    asked = await find_pending_input(*here)
    if asked is not None and asked.pending_input in BASKET_INPUTS:
        return await _screen_of_input(context, draft, asked)
    screen = await _screen_of_tap(context, draft)
    if asked is not None:  # a PIN, a receipt: it waits for its answer as before
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
    except Stale:  # the campus put it aside meanwhile
        return await drop_point_screens.render_drop_points(context, draft)


async def change_basket(context: RequestContext, **changes: object) -> Draft:
    """The basket with these columns changed; older buttons are stale from here."""
    return await change_draft(context.work, context.campus.id, context.member.person_id, **changes)
