"""Filling the basket: taps on the menu, typed lines, one more and one less."""

from dataclasses import replace

from bot.customer.basket import begin_draft, change_basket, show_current_basket
from bot.customer.item_parsing import ParsedItems, parse_items
from bot.customer.screens import flow, item_screens, store_screens
from bot.customer.screens.screen_parts import with_notices
from bot.paging import PAGE_SIZE
from bot.replies import Answer, EditMenu, NewMessage, Replies
from bot.request_context import RequestContext, truncate
from domain.buttons import Tap
from domain.draft import Draft
from domain.errors import Stale
from domain.pricing import MAX_ITEMS, MAX_PIECES_PER_ITEM, Item
from domain.store.campus_repository import find_store
from domain.store.draft_repository import clear_pending_input, discard_draft
from domain.store.row_mappers import items_to_json

MAX_QUOTE_LENGTH = 60  # characters of a line that is said back


async def add_item(context: RequestContext, draft: Draft) -> Replies:
    """One more of a dish of the menu; 0 and less show a page of it."""
    if draft.store_name is None:
        return await show_current_basket(context, draft)
    if context.subject <= 0:
        return (EditMenu(await item_screens.render_items(context, draft, -context.subject)),)
    if draft.store_id is None:
        raise Stale
    menu = (await find_store(context.work, context.campus.id, draft.store_id)).menu
    place = next((index for index, dish in enumerate(menu) if dish.id == context.subject), None)
    if place is None:
        raise Stale
    wanted = menu[place]
    items = merge_items((*draft.items, Item(name=wanted.name, quantity=1, price=wanted.price)))
    if items is None:
        return (Answer(context.say_plain("bot-basket-full"), alert=True),)
    changed = await change_basket(context, items=items_to_json(items))
    added = Answer(context.say_plain("bot-item-added", item=wanted.name))
    return added, EditMenu(await item_screens.render_items(context, changed, place // PAGE_SIZE))


async def receive_items(context: RequestContext) -> Replies:
    """Items of typed lines, added to those there are; one that can't be read is named, and then none is added."""
    draft = await begin_draft(context)
    if draft.store_name is None:  # the basket went meanwhile: placed, or thrown away on another device
        return (NewMessage(await store_screens.render_stores(context, draft)),)
    store = None if draft.store_id is None else await find_store(context.work, context.campus.id, draft.store_id)
    menu = () if store is None else store.menu
    read = parse_items(context.typed, menu, context.campus.currency)
    if not isinstance(read, ParsedItems):
        quoted = truncate(read.line, MAX_QUOTE_LENGTH)
        notice = context.say("bot-line-not-understood", line=quoted, example=item_screens.example_line(context, store))
        return (NewMessage(with_notices(await item_screens.render_items(context, draft), notice)),)
    too_expensive = next((item for item in read.items if item.cost > context.campus.fees.order_most), None)
    if too_expensive is not None:
        notice = _too_expensive_notice(context, too_expensive)
        return (NewMessage(with_notices(await item_screens.render_items(context, draft), notice)),)
    items = merge_items((*draft.items, *read.items))
    if items is None:
        return (
            NewMessage(with_notices(await item_screens.render_items(context, draft), context.say("bot-basket-full"))),
        )
    changed = await change_basket(context, items=items_to_json(items))
    return (NewMessage(await item_screens.render_items(context, changed)),)


def _too_expensive_notice(context: RequestContext, item: Item) -> str:
    """No order here can hold it, whatever else is taken out."""
    order_maximum = context.format_money(context.campus.fees.order_most)
    return context.say(
        "bot-items-too-dear",
        item=truncate(item.name, MAX_QUOTE_LENGTH),
        cost=context.format_money(item.cost),
        most=order_maximum,
    )


def merge_items(items: tuple[Item, ...]) -> tuple[Item, ...] | None:
    """Equal items in one line; None when it is more than one person can carry."""
    merged: dict[tuple[str, int], Item] = {}
    for item in items:
        same = merged.get((item.name, item.price))
        merged[item.name, item.price] = item if same is None else replace(same, quantity=same.quantity + item.quantity)
    if len(merged) > MAX_ITEMS or any(item.quantity > MAX_PIECES_PER_ITEM for item in merged.values()):
        return None
    return tuple(merged.values())


async def edit_basket(context: RequestContext, draft: Draft) -> Replies:
    """[Change basket]: its lines, a page of them."""
    screen = (
        item_screens.render_basket(context, draft, -context.subject)
        if draft.items
        else flow.render_next_screen(context, draft)
    )
    return (EditMenu(await screen),)


async def change_quantity(context: RequestContext, draft: Draft) -> Replies:
    """One more or one less of a line; at none the line goes."""
    if not 0 <= context.subject < len(draft.items):
        raise Stale
    line = draft.items[context.subject]
    more = context.tap is not None and context.tap.tap is Tap.MORE
    quantity = line.quantity + (1 if more else -1)
    if quantity > MAX_PIECES_PER_ITEM:
        return (Answer(context.say_plain("bot-basket-full"), alert=True),)
    now = [*draft.items]
    now[context.subject : context.subject + 1] = [replace(line, quantity=quantity)] if quantity else []
    changed = await change_basket(context, items=items_to_json(now))
    said = context.say_plain("bot-item-removed", item=line.name)
    if quantity:
        said = context.say_plain("bot-item-now", quantity=quantity, item=line.name)
    screen = (
        item_screens.render_basket(context, changed, context.subject // PAGE_SIZE)
        if now
        else flow.render_next_screen(context, changed)
    )
    return Answer(said), EditMenu(await screen)


async def clear_items(context: RequestContext, draft: Draft) -> Replies:
    """[Clear]."""
    changed = await change_basket(context, items=[])
    return (EditMenu(await flow.render_next_screen(context, changed)),)


async def show_next_screen(context: RequestContext, draft: Draft) -> Replies:
    """[That's all]: what is missing next."""
    return (EditMenu(await flow.render_next_screen(context, draft)),)


async def confirm_discard(context: RequestContext, draft: Draft) -> Replies:
    """[Start over] asks once."""
    return (EditMenu(await item_screens.render_discard_confirmation(context, draft)),)


async def discard_basket(context: RequestContext, draft: Draft) -> Replies:
    """[Yes, start over]: the basket is gone, and a new one begins."""
    await discard_draft(context.work, draft.campus_id, draft.person_id)
    await clear_pending_input(context.work, draft.campus_id, draft.person_id)
    fresh = await begin_draft(context)
    return Answer(context.say_plain("bot-discarded")), EditMenu(await store_screens.render_stores(context, fresh))
