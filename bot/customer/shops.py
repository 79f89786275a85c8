"""Choosing a store: by a tap, or by its name."""

from bot.customer.basket import begin_draft, change
from bot.customer.screens import food, shops
from bot.customer.screens.pieces import noticed
from bot.replies import Answer, EditMenu, NewMessage, Replies
from bot.turn import Turn
from domain.campus import Store
from domain.draft import LONGEST_NAME, Draft, one_line
from domain.store.campuses import find_store, stores_of
from domain.store.rows import items_to


async def choose_store(turn: Turn, draft: Draft) -> Replies:
    """A store of the list; 0 and less show a page of it."""
    if turn.subject <= 0:
        return (EditMenu(await shops.stores(turn, draft, -turn.subject)),)
    store = await find_store(turn.work, turn.campus.id, turn.subject)
    opening = shops.opens_later(turn, store)
    if opening is not None:
        said = turn.plain("bot-store-shut", store=store.name, days=opening.days, clock=opening.clock)
        return (Answer(said, alert=True),)
    changed = await _set_store(turn, draft, store)
    return (EditMenu(await food.items(turn, changed)),)


async def other_store(turn: Turn, draft: Draft) -> Replies:
    """[Another shop]: its name is typed."""
    return (EditMenu(await shops.other_store(turn, draft)),)


async def typed_store(turn: Turn) -> Replies:
    """A store by its name, known or not."""
    draft = await begin_draft(turn)
    name = one_line(turn.typed)
    if not 0 < len(name) <= LONGEST_NAME:
        wanted = turn.say("bot-store-unclear", most=LONGEST_NAME)
        return (NewMessage(noticed(await shops.stores(turn, draft), wanted)),)
    listed = await stores_of(turn.work, turn.campus.id)
    known = next((store for store in listed if store.name.lower() == name.lower()), None)
    opening = None if known is None else shops.opens_later(turn, known)
    if known is not None and opening is not None:
        said = turn.say("bot-store-shut", store=known.name, days=opening.days, clock=opening.clock)
        return (NewMessage(noticed(await shops.stores(turn, draft), said)),)
    if known is not None:
        changed = await _set_store(turn, draft, known)
    else:
        items = items_to(draft.items) if draft.store_name == name else []
        changed = await change(turn, store_id=None, store_name=name, items=items)
    return (NewMessage(await food.items(turn, changed)),)


async def _set_store(turn: Turn, draft: Draft, store: Store) -> Draft:
    items = items_to(draft.items) if draft.store_id == store.id else []
    return await change(turn, store_id=store.id, store_name=store.name, items=items)
