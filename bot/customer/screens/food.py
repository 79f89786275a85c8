"""What to buy: the menu, and the basket line by line."""

from bot.customer.screens.pieces import LONGEST_NAME, ask
from bot.customer.screens.shops import stores
from bot.home import home_button
from bot.pages import page_of, turning
from bot.replies import Rows, Screen
from bot.turn import Turn, cut
from domain.buttons import Button, Style, Tap
from domain.campus import Store
from domain.draft import Draft, Expects
from domain.errors import Stale
from domain.pricing import Item
from domain.store.campuses import find_store

LONGEST_DISH = 24  # characters on half a row


async def items(turn: Turn, draft: Draft, page: int = 0) -> Screen:
    """Taps on the menu, or typed lines; another store first when this one is gone."""
    try:
        store = None if draft.store_id is None else await find_store(turn.work, turn.campus.id, draft.store_id)
    except Stale:
        return await stores(turn, draft)
    await ask(turn, Expects.ITEMS)
    rows = (*_menu(turn, draft, store, page), *_going_on(turn, draft))
    back = (turn.button("bot-button-stores", Tap.STORE, 0, draft.version), home_button(turn))
    return Screen(_words(turn, draft, store), (*rows, back))


def _words(turn: Turn, draft: Draft, store: Store | None) -> str:
    name = draft.store_name or ""
    title = [turn.say("bot-items", store=name)]
    if store is None:
        title.append(turn.say("bot-items-typed-store", store=name))
    basket = "\n".join(item_lines(turn, draft)) or turn.say("bot-items-none")
    line = example(turn, store)
    tappable = store is not None and store.menu
    hint = turn.say("bot-items-hint", example=line) if tappable else turn.say("bot-items-type", example=line)
    return "\n\n".join(["\n".join(title), basket, hint])


def example(turn: Turn, store: Store | None) -> str:
    """A line as it may be typed: of this shop's own menu when it has one."""
    if store is None or not store.menu:
        return f"2x chicken rice {turn.money(450)}"
    dish = min(store.menu, key=lambda each: len(each.name))
    return f"2x {dish.name.lower()} {turn.money(dish.price)}"


def _menu(turn: Turn, draft: Draft, store: Store | None, page: int) -> Rows:
    if store is None:
        return ()
    shown = page_of(store.menu, page)
    rows: Rows = tuple(
        (
            turn.button(
                "bot-button-menu-item",
                Tap.MENU_ITEM,
                dish.id,
                draft.version,
                item=cut(dish.name, LONGEST_NAME),
                price=turn.money(dish.price),
            ),
        )
        for dish in shown.things
    )
    return (*rows, *turning(turn, Tap.MENU_ITEM, shown, draft.version))


def _going_on(turn: Turn, draft: Draft) -> Rows:
    if not draft.items:
        return ()
    cost = turn.money(sum(item.cost for item in draft.items))
    done = turn.button("bot-button-items-done", Tap.ITEMS_DONE, 0, draft.version, style=Style.PRIMARY, cost=cost)
    edit = turn.button("bot-button-basket", Tap.BASKET, 0, draft.version)
    clear = turn.button("bot-button-clear", Tap.CLEAR_ITEMS, 0, draft.version)
    return (done,), (edit, clear)


async def basket(turn: Turn, draft: Draft, page: int = 0) -> Screen:
    """Each line with one less and one more."""
    await ask(turn, Expects.ITEMS)
    shown = page_of(list(enumerate(draft.items)), page)
    rows = tuple(_line(turn, draft, number, item) for number, item in shown.things)
    text = "\n".join([turn.say("bot-basket", store=draft.store_name or ""), "", *item_lines(turn, draft)])
    over = turn.button("bot-button-discard", Tap.DISCARD, 0, draft.version, style=Style.DANGER)
    back = turn.button("bot-button-back", Tap.MENU_ITEM, 0, draft.version)
    return Screen(text, (*rows, *turning(turn, Tap.BASKET, shown, draft.version), (over,), (back, home_button(turn))))


def _line(turn: Turn, draft: Draft, number: int, item: Item) -> tuple[Button, ...]:
    name = cut(item.name, LONGEST_DISH)
    label = "bot-button-less" if item.quantity > 1 else "bot-button-remove"
    return (
        turn.button(label, Tap.LESS, number, draft.version, item=name),
        turn.button("bot-button-more", Tap.MORE, number, draft.version, item=name),
    )


def item_lines(turn: Turn, draft: Draft) -> list[str]:
    """The basket, a line each."""
    return [
        turn.say("bot-item", quantity=item.quantity, name=item.name, cost=turn.money(item.cost)) for item in draft.items
    ]


async def sure_to_discard(turn: Turn, draft: Draft) -> Screen:
    """[Start over] asks once."""
    keep = turn.button("bot-button-keep", Tap.BASKET, 0, draft.version)
    sure = turn.button("bot-button-discard-sure", Tap.DISCARD_SURE, 0, draft.version, style=Style.DANGER)
    return Screen(turn.say("bot-discard-sure"), ((keep, sure),))
