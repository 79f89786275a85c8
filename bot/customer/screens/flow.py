"""The order of the basket's screens."""

from bot.conversation.replies import Screen
from bot.conversation.request_context import RequestContext
from bot.customer.screens import drop_point_screens, item_screens, offer_screens, store_screens
from bot.customer.screens.screen_parts import with_notices
from domain.campuses.repository import find_store
from domain.errors import OrderOutOfRange, PriceOutOfRange, Stale
from domain.orders.drafts.draft import Draft


async def render_next_screen(context: RequestContext, draft: Draft) -> Screen:
    """Return the screen for the next missing part, or the review; ask again for a part that is not valid any more."""
    match draft.missing_part():
        case "store":
            return await store_screens.render_stores(context, draft)
        case "items":
            return await item_screens.render_items(context, draft)
        case "drop_point":
            return await drop_point_screens.render_drop_points(context, draft)
        case "fee":
            return await offer_screens.render_fee(context, draft)
        case _:
            return await _render_review(context, draft)


async def _render_review(context: RequestContext, draft: Draft) -> Screen:
    try:
        store = None if draft.store_id is None else await find_store(context.work, context.campus.id, draft.store_id)
    except Stale:
        return with_notices(
            await store_screens.render_stores(context, draft),
            context.say("bot-store-gone", store=draft.store_name or ""),
        )
    try:
        screen = await offer_screens.render_review(context, draft)
    except OrderOutOfRange as refusal:
        return with_notices(
            await item_screens.render_basket(context, draft), context.say(refusal.key, **refusal.arguments)
        )
    except PriceOutOfRange as refusal:  # the campus has changed its range
        return with_notices(
            await offer_screens.render_fee(context, draft), context.say(refusal.key, **refusal.arguments)
        )
    opening = None if store is None else store_screens.find_next_opening(context, store)
    if store is None:
        return screen
    if opening is None:
        closing = store_screens.say_closing_soon(context, store)
        return screen if closing is None else with_notices(screen, f"⏰ {closing}")
    shut = context.say("bot-store-shut", store=store.name, days=opening.days, clock=opening.clock)
    return with_notices(screen, f"⚠️ {shut} {context.say('bot-basket-kept')}")
