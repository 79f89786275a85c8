"""The screens of the items: the menu, and the basket line by line."""

from bot.conversation.home import home_button
from bot.conversation.paging import get_page, paging_row
from bot.conversation.replies import Rows, Screen
from bot.conversation.request_context import RequestContext, truncate
from bot.customer.screens.screen_parts import MAX_BUTTON_NAME_LENGTH, expect_input
from bot.customer.screens.store_screens import render_stores
from domain.campuses.campus import Store
from domain.campuses.repository import find_store
from domain.errors import Stale
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.money import example_amount
from domain.orders.drafts.draft import Draft, PendingInput
from domain.orders.pricing import Item

MAX_DISH_NAME_LENGTH = 24  # characters, on half a row


async def render_items(context: RequestContext, draft: Draft, page: int = 0) -> Screen:
    """Return the menu's page, where typed lines work too; the store screen when the store is gone."""
    try:
        store = None if draft.store_id is None else await find_store(context.work, context.campus.id, draft.store_id)
    except Stale:
        return await render_stores(context, draft)
    await expect_input(context, PendingInput.ITEMS)
    rows = (*_menu_rows(context, draft, store, page), *_continue_rows(context, draft))
    back = (context.button("bot-button-stores", Tap.STORE, 0, draft.version), home_button(context))
    return Screen(_items_text(context, draft, store), (*rows, back))


def _items_text(context: RequestContext, draft: Draft, store: Store | None) -> str:
    name = draft.store_name or ""
    title = [context.say("bot-items", store=name)]
    if store is None:
        title.append(context.say("bot-items-typed-store", store=name))
    basket = "\n".join(basket_lines(context, draft)) or context.say("bot-items-none")
    line = example_line(context, store)
    tappable = store is not None and store.menu
    instruction = (
        context.say("bot-items-instruction", example=line) if tappable else context.say("bot-items-type", example=line)
    )
    return "\n\n".join(["\n".join(title), basket, instruction])


def example_line(context: RequestContext, store: Store | None) -> str:
    """Return an example of a typed line, from the store's own menu if it has one."""
    if store is None or not store.menu:
        return f"2x chicken rice {context.format_money(example_amount(context.campus.currency))}"
    dish = min(store.menu, key=lambda each: len(each.name))
    return f"2x {dish.name.lower()} {context.format_money(dish.price)}"


def _menu_rows(context: RequestContext, draft: Draft, store: Store | None, page: int) -> Rows:
    if store is None:
        return ()
    shown = get_page(store.menu, page)
    rows: Rows = tuple(
        (
            context.button(
                "bot-button-menu-item",
                Tap.MENU_ITEM,
                dish.id,
                draft.version,
                item=truncate(dish.name, MAX_BUTTON_NAME_LENGTH),
                price=context.format_money(dish.price),
            ),
        )
        for dish in shown.items
    )
    return (*rows, *paging_row(context, Tap.MENU_ITEM, shown, draft.version))


def _continue_rows(context: RequestContext, draft: Draft) -> Rows:
    if not draft.items:
        return ()
    cost = context.format_money(sum(item.cost for item in draft.items))
    done = context.button(
        "bot-button-items-done", Tap.ITEMS_DONE, 0, draft.version, style=ButtonStyle.PRIMARY, cost=cost
    )
    edit = context.button("bot-button-basket", Tap.BASKET, 0, draft.version)
    clear = context.button("bot-button-clear", Tap.CLEAR_ITEMS, 0, draft.version)
    return (done,), (edit, clear)


async def render_basket(context: RequestContext, draft: Draft, page: int = 0) -> Screen:
    """Return the basket's page, with buttons for one less and one more of each line."""
    await expect_input(context, PendingInput.ITEMS)
    shown = get_page(list(enumerate(draft.items)), page)
    rows = tuple(_item_buttons(context, draft, number, item) for number, item in shown.items)
    text = "\n".join([context.say("bot-basket", store=draft.store_name or ""), "", *basket_lines(context, draft)])
    over = context.button("bot-button-discard", Tap.DISCARD, 0, draft.version, style=ButtonStyle.DANGER)
    back = context.button("bot-button-back", Tap.MENU_ITEM, 0, draft.version)
    return Screen(
        text, (*rows, *paging_row(context, Tap.BASKET, shown, draft.version), (over,), (back, home_button(context)))
    )


def _item_buttons(context: RequestContext, draft: Draft, number: int, item: Item) -> tuple[Button, ...]:
    name = truncate(item.name, MAX_DISH_NAME_LENGTH)
    label = "bot-button-less" if item.quantity > 1 else "bot-button-remove"
    return (
        context.button(label, Tap.LESS, number, draft.version, item=name),
        context.button("bot-button-more", Tap.MORE, number, draft.version, item=name),
    )


def basket_lines(context: RequestContext, draft: Draft) -> list[str]:
    """Return a text line for each item of the basket."""
    return [
        context.say("bot-item", quantity=item.quantity, name=item.name, cost=context.format_money(item.cost))
        for item in draft.items
    ]


async def render_discard_confirmation(context: RequestContext, draft: Draft) -> Screen:
    """Return the confirmation of [Start over]."""
    keep = context.button("bot-button-keep", Tap.BASKET, 0, draft.version)
    confirm_button = context.button(
        "bot-button-discard-sure", Tap.DISCARD_SURE, 0, draft.version, style=ButtonStyle.DANGER
    )
    return Screen(context.say("bot-discard-sure"), ((keep, confirm_button),))
