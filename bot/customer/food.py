"""Filling the basket: taps on the menu, typed lines, one more and one less."""

from dataclasses import replace

from bot.customer.basket import begin_draft, change, outdated
from bot.customer.reading import Understood, read_lines
from bot.customer.screens import flow, food, shops
from bot.customer.screens.pieces import noticed
from bot.pages import PAGE
from bot.replies import Answer, EditMenu, NewMessage, Replies
from bot.turn import Turn, cut
from domain.buttons import Tap
from domain.draft import Draft
from domain.errors import Stale
from domain.pricing import MOST_ITEMS, MOST_PIECES, Item
from domain.store.campuses import find_store
from domain.store.drafts import discard_draft, expect_nothing
from domain.store.rows import items_to

LONGEST_QUOTE = 60  # characters of a line that is said back


async def add_item(turn: Turn, draft: Draft) -> Replies:
    """One more of a dish of the menu; 0 and less show a page of it."""
    if draft.store_name is None:
        return await outdated(turn, draft)
    if turn.subject <= 0:
        return (EditMenu(await food.items(turn, draft, -turn.subject)),)
    if draft.store_id is None:
        raise Stale
    menu = (await find_store(turn.work, turn.campus.id, draft.store_id)).menu
    place = next((index for index, dish in enumerate(menu) if dish.id == turn.subject), None)
    if place is None:
        raise Stale
    wanted = menu[place]
    items = together((*draft.items, Item(name=wanted.name, quantity=1, price=wanted.price)))
    if items is None:
        return (Answer(turn.plain("bot-basket-full"), alert=True),)
    changed = await change(turn, items=items_to(items))
    added = Answer(turn.plain("bot-item-added", item=wanted.name))
    return added, EditMenu(await food.items(turn, changed, place // PAGE))


async def typed_items(turn: Turn) -> Replies:
    """Items of typed lines, added to those there are; one that can't be read is named, and then none is added."""
    draft = await begin_draft(turn)
    if draft.store_name is None:  # the basket went meanwhile: placed, or thrown away on another device
        return (NewMessage(await shops.stores(turn, draft)),)
    store = None if draft.store_id is None else await find_store(turn.work, turn.campus.id, draft.store_id)
    menu = () if store is None else store.menu
    read = read_lines(turn.typed, menu, turn.campus.currency)
    if not isinstance(read, Understood):
        quoted = cut(read.line, LONGEST_QUOTE)
        notice = turn.say("bot-line-unclear", line=quoted, example=food.example(turn, store))
        return (NewMessage(noticed(await food.items(turn, draft), notice)),)
    dear = next((item for item in read.items if item.cost > turn.campus.fees.order_most), None)
    if dear is not None:
        notice = _too_dear(turn, dear)
        return (NewMessage(noticed(await food.items(turn, draft), notice)),)
    items = together((*draft.items, *read.items))
    if items is None:
        return (NewMessage(noticed(await food.items(turn, draft), turn.say("bot-basket-full"))),)
    changed = await change(turn, items=items_to(items))
    return (NewMessage(await food.items(turn, changed)),)


def _too_dear(turn: Turn, item: Item) -> str:
    """No order here can hold it, whatever else is taken out."""
    most = turn.money(turn.campus.fees.order_most)
    return turn.say("bot-items-too-dear", item=cut(item.name, LONGEST_QUOTE), cost=turn.money(item.cost), most=most)


def together(items: tuple[Item, ...]) -> tuple[Item, ...] | None:
    """Equal items in one line; None when it is more than one person can carry."""
    merged: dict[tuple[str, int], Item] = {}
    for item in items:
        same = merged.get((item.name, item.price))
        merged[item.name, item.price] = item if same is None else replace(same, quantity=same.quantity + item.quantity)
    if len(merged) > MOST_ITEMS or any(item.quantity > MOST_PIECES for item in merged.values()):
        return None
    return tuple(merged.values())


async def edit_basket(turn: Turn, draft: Draft) -> Replies:
    """[Change basket]: its lines, a page of them."""
    screen = food.basket(turn, draft, -turn.subject) if draft.items else flow.next_screen(turn, draft)
    return (EditMenu(await screen),)


async def step(turn: Turn, draft: Draft) -> Replies:
    """One more or one less of a line; at none the line goes."""
    if not 0 <= turn.subject < len(draft.items):
        raise Stale
    line = draft.items[turn.subject]
    more = turn.tap is not None and turn.tap.tap is Tap.MORE
    quantity = line.quantity + (1 if more else -1)
    if quantity > MOST_PIECES:
        return (Answer(turn.plain("bot-basket-full"), alert=True),)
    now = [*draft.items]
    now[turn.subject : turn.subject + 1] = [replace(line, quantity=quantity)] if quantity else []
    changed = await change(turn, items=items_to(now))
    said = turn.plain("bot-item-removed", item=line.name)
    if quantity:
        said = turn.plain("bot-item-now", quantity=quantity, item=line.name)
    screen = food.basket(turn, changed, turn.subject // PAGE) if now else flow.next_screen(turn, changed)
    return Answer(said), EditMenu(await screen)


async def clear_items(turn: Turn, draft: Draft) -> Replies:
    """[Clear]."""
    changed = await change(turn, items=[])
    return (EditMenu(await flow.next_screen(turn, changed)),)


async def go_on(turn: Turn, draft: Draft) -> Replies:
    """[That's all]: what is missing next."""
    return (EditMenu(await flow.next_screen(turn, draft)),)


async def discard(turn: Turn, draft: Draft) -> Replies:
    """[Start over] asks once."""
    return (EditMenu(await food.sure_to_discard(turn, draft)),)


async def discard_surely(turn: Turn, draft: Draft) -> Replies:
    """[Yes, start over]: the basket is gone, and a new one begins."""
    await discard_draft(turn.work, draft.campus_id, draft.person_id)
    await expect_nothing(turn.work, draft.campus_id, draft.person_id)
    fresh = await begin_draft(turn)
    return Answer(turn.plain("bot-discarded")), EditMenu(await shops.stores(turn, fresh))
