"""Which screen comes next."""

from bot.customer.screens import food, places, shops, terms
from bot.customer.screens.pieces import noticed
from bot.replies import Screen
from bot.turn import Turn
from domain.draft import Draft
from domain.errors import OrderOutOfRange, PriceOutOfRange, Stale
from domain.store.campuses import find_store


async def next_screen(turn: Turn, draft: Draft) -> Screen:
    """What is still missing, or the review; what does not fit any more is asked for again."""
    match draft.missing():
        case "store":
            return await shops.stores(turn, draft)
        case "items":
            return await food.items(turn, draft)
        case "drop_point":
            return await places.drop_points(turn, draft)
        case "fee":
            return await terms.fee(turn, draft)
        case _:
            return await _review(turn, draft)


async def _review(turn: Turn, draft: Draft) -> Screen:
    try:
        store = None if draft.store_id is None else await find_store(turn.work, turn.campus.id, draft.store_id)
    except Stale:
        return noticed(await shops.stores(turn, draft), turn.say("bot-store-gone", store=draft.store_name or ""))
    try:
        screen = await terms.review(turn, draft)
    except OrderOutOfRange as refusal:
        return noticed(await food.basket(turn, draft), turn.say(refusal.key, **refusal.words))
    except PriceOutOfRange as refusal:  # the campus changed its range
        return noticed(await terms.fee(turn, draft), turn.say(refusal.key, **refusal.words))
    opening = None if store is None else shops.opens_later(turn, store)
    if store is None or opening is None:
        return screen
    shut = turn.say("bot-store-shut", store=store.name, days=opening.days, clock=opening.clock)
    return noticed(screen, f"⚠️ {shut} {turn.say('bot-basket-kept')}")
