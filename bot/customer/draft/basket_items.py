"""The items of the basket: added by taps on the menu or typed lines, and changed in number."""

from dataclasses import replace
from typing import assert_never

from bot.conversation.paging import PAGE_SIZE
from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies
from bot.conversation.request_context import RequestContext, truncate
from bot.customer.draft.basket import begin_draft, change_basket, show_current_basket
from bot.customer.screens import flow, item_screens, store_screens
from bot.customer.screens.screen_parts import with_notices
from domain.campuses.repository import find_store
from domain.errors import Stale
from domain.messaging.buttons import Tap
from domain.orders.drafts.draft import Draft
from domain.orders.drafts.item_lines import Doubt, ParsedItems, UnparsedLine, parse_items
from domain.orders.drafts.repository import clear_pending_input, discard_draft
from domain.orders.pricing import MAX_ITEMS, MAX_PIECES_PER_ITEM, Item
from domain.orders.rows import items_to_json

MAX_QUOTE_LENGTH = 60  # characters of a quoted line


async def add_item(context: RequestContext, draft: Draft) -> Replies:
    """Add one of a dish of the menu; a subject of 0 or less shows a page of the menu."""
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
    """Add the items of typed lines; if one line cannot be read, quote it and add none."""
    draft = await begin_draft(context)
    if draft.store_name is None:  # the basket is gone: placed or discarded on another device
        return (NewMessage(await store_screens.render_stores(context, draft)),)
    store = None if draft.store_id is None else await find_store(context.work, context.campus.id, draft.store_id)
    menu = () if store is None else store.menu
    read = parse_items(context.typed, menu, context.campus.currency)
    if not isinstance(read, ParsedItems):
        notice = _ask_back(context, read, item_screens.example_line(context, store))
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


def _ask_back(context: RequestContext, read: UnparsedLine, example: str) -> str:
    """Return what is not clear about a line, and how to write each of the things that it may mean."""
    quoted = truncate(read.line, MAX_QUOTE_LENGTH)
    name, price = truncate(read.name, MAX_QUOTE_LENGTH), context.format_money(read.price)
    match read.doubt:
        case Doubt.UNREADABLE:
            return context.say("bot-line-not-understood", line=quoted, example=example)
        case Doubt.PRICE_MISSING:
            return context.say("bot-line-price-missing", line=quoted, item=name, example=example)
        case Doubt.NUMBER_OR_PRICE:
            return context.say("bot-line-number-or-price", line=quoted, number=read.quantity, price=price)
        case Doubt.EACH_OR_ALL:
            return context.say("bot-line-each-or-all", line=quoted, number=read.quantity, price=price)
        case Doubt.FAR_FROM_MENU:
            on_menu = context.format_money(read.menu_price)
            return context.say("bot-line-far-from-menu", item=name, number=read.quantity, price=price, cost=on_menu)
    assert_never(read.doubt)


def _too_expensive_notice(context: RequestContext, item: Item) -> str:
    """Return the sentence about an item that costs more than any order may."""
    order_maximum = context.format_money(context.campus.fees.order_most)
    return context.say(
        "bot-items-too-dear",
        item=truncate(item.name, MAX_QUOTE_LENGTH),
        cost=context.format_money(item.cost),
        most=order_maximum,
    )


def merge_items(items: tuple[Item, ...]) -> tuple[Item, ...] | None:
    """Merge equal items into one line. Return None when there are too many lines or pieces."""
    merged: dict[tuple[str, int], Item] = {}
    for item in items:
        same = merged.get((item.name, item.price))
        merged[item.name, item.price] = item if same is None else replace(same, quantity=same.quantity + item.quantity)
    if len(merged) > MAX_ITEMS or any(item.quantity > MAX_PIECES_PER_ITEM for item in merged.values()):
        return None
    return tuple(merged.values())


async def edit_basket(context: RequestContext, draft: Draft) -> Replies:
    """Handle [Change basket]: show a page of its lines."""
    screen = (
        item_screens.render_basket(context, draft, -context.subject)
        if draft.items
        else flow.render_next_screen(context, draft)
    )
    return (EditMenu(await screen),)


async def change_quantity(context: RequestContext, draft: Draft) -> Replies:
    """Add or remove one piece of a line; a line without pieces is removed."""
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
    """Handle [Clear]."""
    changed = await change_basket(context, items=[])
    return (EditMenu(await flow.render_next_screen(context, changed)),)


async def show_next_screen(context: RequestContext, draft: Draft) -> Replies:
    """Handle [That's all]: ask for what is missing next."""
    return (EditMenu(await flow.render_next_screen(context, draft)),)


async def confirm_discard(context: RequestContext, draft: Draft) -> Replies:
    """Handle [Start over]: ask for confirmation."""
    return (EditMenu(await item_screens.render_discard_confirmation(context, draft)),)


async def discard_basket(context: RequestContext, draft: Draft) -> Replies:
    """Handle [Yes, start over]: discard the basket and start a new one."""
    await discard_draft(context.work, draft.campus_id, draft.person_id)
    await clear_pending_input(context.work, draft.campus_id, draft.person_id)
    fresh = await begin_draft(context)
    return Answer(context.say_plain("bot-discarded")), EditMenu(await store_screens.render_stores(context, fresh))
