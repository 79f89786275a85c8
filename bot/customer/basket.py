"""Filling the basket by taps and typed lines: store, items, drop point, fee, note."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.customer import screens
from bot.home import home
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.routing import Handler
from bot.turn import Turn
from domain.buttons import Tap
from domain.campus import Store, is_open
from domain.draft import LONGEST_NAME, LONGEST_NOTE, Draft
from domain.errors import OrdersPaused, PriceOutOfRange, Stale, Unreadable
from domain.money import read_amount
from domain.people import Action
from domain.pricing import MOST_ITEMS, MOST_PIECES, Item, read_items
from domain.store.campuses import drop_points_of, find_store, stores_of
from domain.store.drafts import change_draft, discard_draft, expect_nothing, lock_draft
from domain.store.rows import items_to
from domain.store.use_cases.permission import require

OF_ITEMS = frozenset({Tap.STORE, Tap.MENU_ITEM, Tap.CLEAR_ITEMS})  # tapped on the screen that fills the basket

DraftHandler = Callable[[Turn, Draft], Awaitable[Replies]]


async def begin_draft(turn: Turn) -> Draft:
    """The person's basket, a new one if there is none; NotAdmitted for who may not order here."""
    require(turn.member, Action.PLACE)
    known = await lock_draft(turn.work, turn.campus.id, turn.member.person_id)
    if known is not None:
        return known
    return await change_draft(turn.work, turn.campus.id, turn.member.person_id)


def with_draft(handler: DraftHandler) -> Handler:
    """Let the handler have the basket its button was drawn from; an older button shows the basket as it is now."""

    async def handle(turn: Turn) -> Replies:
        require(turn.member, Action.PLACE)
        draft = await lock_draft(turn.work, turn.campus.id, turn.member.person_id)
        if draft is None or draft.version != turn.version:
            return await outdated(turn, draft)
        return await handler(turn, draft)

    return handle


async def outdated(turn: Turn, draft: Draft | None) -> Replies:
    """Nothing is changed, and the menu shows what is true."""
    if draft is None:
        screen = home(turn)
    elif turn.tap is not None and turn.tap.tap in OF_ITEMS and draft.store_name is not None:
        screen = await screens.items(turn, draft)
    else:
        screen = await screens.next_screen(turn, draft)
    return Answer(turn.plain("error-stale")), EditMenu(screen)


async def choose_store(turn: Turn, draft: Draft) -> Replies:
    """A store of the list; 0 shows the list."""
    if turn.subject == 0:
        return (EditMenu(await screens.stores(turn, draft)),)
    store = await find_store(turn.work, turn.campus.id, turn.subject)
    changed = await _set_store(turn, draft, store)
    return (EditMenu(await screens.items(turn, changed)),)


async def other_store(turn: Turn, draft: Draft) -> Replies:
    """[Another shop]: its name is typed."""
    return (EditMenu(await screens.other_store(turn, draft)),)


async def typed_store(turn: Turn) -> Replies:
    """A store by its name, known or not."""
    name = one_line(turn.typed)
    if len(name) > LONGEST_NAME:
        return _too_long(turn, LONGEST_NAME)
    draft = await begin_draft(turn)
    known = [store for store in await stores_of(turn.work, turn.campus.id) if store.name.lower() == name.lower()]
    if known:
        changed = await _set_store(turn, draft, known[0])
    else:
        items = items_to(draft.items) if draft.store_name == name else []
        changed = await _change(turn, store_id=None, store_name=name, items=items)
    return (NewMessage(await screens.items(turn, changed)),)


async def _set_store(turn: Turn, draft: Draft, store: Store) -> Draft:
    if not is_open(store.hours, turn.work.now.astimezone(turn.campus.zone)):
        raise OrdersPaused
    items = items_to(draft.items) if draft.store_id == store.id else []
    return await _change(turn, store_id=store.id, store_name=store.name, items=items)


async def add_item(turn: Turn, draft: Draft) -> Replies:
    """One more of an item of the menu; 0 shows the menu."""
    if draft.store_name is None:
        return await outdated(turn, draft)
    if turn.subject == 0:
        return (EditMenu(await screens.items(turn, draft)),)
    if draft.store_id is None:
        raise Stale
    menu = (await find_store(turn.work, turn.campus.id, draft.store_id)).menu
    wanted = next((item for item in menu if item.id == turn.subject), None)
    if wanted is None:
        raise Stale
    items = together((*draft.items, Item(name=wanted.name, quantity=1, price=wanted.price)))
    if items is None:
        return (Answer(turn.plain("bot-basket-full"), alert=True),)
    changed = await _change(turn, items=items_to(items))
    return Answer(turn.plain("bot-item-added", item=wanted.name)), EditMenu(await screens.items(turn, changed))


async def typed_items(turn: Turn) -> Replies:
    """Items of typed lines with prices, added to those there are."""
    draft = await begin_draft(turn)
    items = together((*draft.items, *_read_items(turn)))
    if items is None:
        return (NewMessage(Screen(turn.say("bot-basket-full"))),)
    changed = await _change(turn, items=items_to(items))
    return (NewMessage(await screens.items(turn, changed)),)


def _read_items(turn: Turn) -> tuple[Item, ...]:
    try:
        return read_items(turn.typed, turn.campus.currency)
    except Unreadable:  # of whatever part: the example shows a whole line
        raise Unreadable(example=f"2x chicken rice {turn.money(450)}") from None


def together(items: tuple[Item, ...]) -> tuple[Item, ...] | None:
    """Equal items in one line; None when it is more than one person can carry."""
    merged: dict[tuple[str, int], Item] = {}
    for item in items:
        same = merged.get((item.name, item.price))
        merged[item.name, item.price] = item if same is None else replace(same, quantity=same.quantity + item.quantity)
    if len(merged) > MOST_ITEMS or any(item.quantity > MOST_PIECES for item in merged.values()):
        return None
    return tuple(merged.values())


async def clear_items(turn: Turn, draft: Draft) -> Replies:
    """[Clear]."""
    changed = await _change(turn, items=[])
    return (EditMenu(await screens.next_screen(turn, changed)),)


async def go_on(turn: Turn, draft: Draft) -> Replies:
    """[That's all]: what is missing next."""
    return (EditMenu(await screens.next_screen(turn, draft)),)


async def choose_drop_point(turn: Turn, draft: Draft) -> Replies:
    """A drop point of the list; 0 shows the list."""
    if turn.subject == 0:
        return (EditMenu(await screens.drop_points(turn, draft)),)
    points = await drop_points_of(turn.work, turn.campus.id)
    chosen = next((point for point in points if point.id == turn.subject), None)
    if chosen is None:
        raise Stale
    changed = await _change(turn, drop_point=chosen.name)
    return (EditMenu(await screens.next_screen(turn, changed)),)


async def typed_drop_point(turn: Turn) -> Replies:
    """A place that is not on the list."""
    place = one_line(turn.typed)
    if len(place) > LONGEST_NAME:
        return _too_long(turn, LONGEST_NAME)
    await begin_draft(turn)
    changed = await _change(turn, drop_point=place)
    return (NewMessage(await screens.next_screen(turn, changed)),)


async def choose_fee(turn: Turn, draft: Draft) -> Replies:
    """A suggested delivery fee; 0 shows the suggestions."""
    if turn.subject == 0:
        return (EditMenu(await screens.fee(turn, draft)),)
    changed = await _set_fee(turn, turn.subject)
    return (EditMenu(await screens.next_screen(turn, changed)),)


async def typed_fee(turn: Turn) -> Replies:
    """The customer's own bid."""
    bid = read_amount(turn.typed, turn.campus.currency)
    await begin_draft(turn)
    changed = await _set_fee(turn, bid)
    return (NewMessage(await screens.next_screen(turn, changed)),)


async def _set_fee(turn: Turn, bid: int) -> Draft:
    fees = turn.campus.fees
    if not fees.delivery_fee_least <= bid <= fees.delivery_fee_most:
        raise PriceOutOfRange(least=turn.money(fees.delivery_fee_least), most=turn.money(fees.delivery_fee_most))
    return await _change(turn, delivery_fee=bid)


async def typed_note(turn: Turn) -> Replies:
    """A word to the runner."""
    note = one_line(turn.typed)
    if len(note) > LONGEST_NOTE:
        return _too_long(turn, LONGEST_NOTE)
    await begin_draft(turn)
    changed = await _change(turn, note=note)
    return (NewMessage(await screens.next_screen(turn, changed)),)


async def discard(turn: Turn, draft: Draft) -> Replies:
    """[Start over]: the basket is gone."""
    await discard_draft(turn.work, draft.campus_id, draft.person_id)
    await expect_nothing(turn.work, draft.campus_id, draft.person_id)
    return Answer(turn.plain("bot-discarded")), EditMenu(home(turn))


async def _change(turn: Turn, **changes: object) -> Draft:
    return await change_draft(turn.work, turn.campus.id, turn.member.person_id, **changes)


def one_line(typed: str) -> str:
    """What was typed, with single spaces."""
    return " ".join(typed.split())


def _too_long(turn: Turn, most: int) -> Replies:
    return (NewMessage(Screen(turn.say("bot-too-long", most=most))),)
