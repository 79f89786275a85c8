"""The choice of a store: by a tap, or by its name."""

from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies
from bot.conversation.request_context import RequestContext
from bot.customer.draft.basket import begin_draft, change_basket
from bot.customer.screens import item_screens, store_screens
from bot.customer.screens.screen_parts import with_notices
from domain.campuses.campus import Store
from domain.campuses.repository import find_store, list_stores
from domain.orders.drafts.draft import MAX_PLACE_NAME_LENGTH, Draft, normalize_line
from domain.orders.rows import items_to_json
from domain.typed import fold_name


async def choose_store(context: RequestContext, draft: Draft) -> Replies:
    """Choose a store of the list; a subject of 0 or less shows a page of the list."""
    if context.subject <= 0:
        return (EditMenu(await store_screens.render_stores(context, draft, -context.subject)),)
    store = await find_store(context.work, context.campus.id, context.subject)
    opening = store_screens.find_next_opening(context, store)
    if opening is not None:
        said = context.say_plain("bot-store-shut", store=store.name, days=opening.days, clock=opening.clock)
        return (Answer(said, alert=True),)
    changed = await _change_store(context, draft, store)
    return (EditMenu(await item_screens.render_items(context, changed)),)


async def ask_other_store(context: RequestContext, draft: Draft) -> Replies:
    """Handle [Another shop]: ask for its name."""
    return (EditMenu(await store_screens.render_other_store(context, draft)),)


async def receive_store(context: RequestContext) -> Replies:
    """Take the typed name of a store, on the list or not."""
    draft = await begin_draft(context)
    name = normalize_line(context.typed)
    if not 0 < len(name) <= MAX_PLACE_NAME_LENGTH:
        wanted = context.say("bot-store-not-understood", most=MAX_PLACE_NAME_LENGTH)
        return (NewMessage(with_notices(await store_screens.render_stores(context, draft), wanted)),)
    listed = await list_stores(context.work, context.campus.id)
    listed_store = next((store for store in listed if fold_name(store.name) == fold_name(name)), None)
    opening = None if listed_store is None else store_screens.find_next_opening(context, listed_store)
    if listed_store is not None and opening is not None:
        said = context.say("bot-store-shut", store=listed_store.name, days=opening.days, clock=opening.clock)
        return (NewMessage(with_notices(await store_screens.render_stores(context, draft), said)),)
    if listed_store is not None:
        changed = await _change_store(context, draft, listed_store)
    else:
        items = items_to_json(draft.items) if draft.store_name == name else []
        changed = await change_basket(context, store_id=None, store_name=name, items=items)
    return (NewMessage(await item_screens.render_items(context, changed)),)


async def _change_store(context: RequestContext, draft: Draft, store: Store) -> Draft:
    items = items_to_json(draft.items) if draft.store_id == store.id else []
    return await change_basket(context, store_id=store.id, store_name=store.name, items=items)
