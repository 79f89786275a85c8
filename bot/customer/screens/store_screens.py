"""The screens of the stores."""

from bot.conversation.home import home_button
from bot.conversation.paging import get_page, paging_row
from bot.conversation.replies import Rows, Screen
from bot.conversation.request_context import RequestContext, truncate
from bot.customer.screens.screen_parts import MAX_BUTTON_NAME_LENGTH, expect_input
from domain.campuses.campus import Store
from domain.campuses.opening import NextOpening, find_closing_soon, is_within_opening_hours, next_opening
from domain.campuses.repository import list_stores
from domain.messaging.buttons import Button, Tap
from domain.orders.drafts.draft import Draft, PendingInput


async def render_stores(context: RequestContext, draft: Draft, page: int = 0) -> Screen:
    """Return the list of stores, with [Another shop]."""
    await expect_input(context, PendingInput.STORE)
    shown = get_page(await list_stores(context.work, context.campus.id), page)
    rows: Rows = tuple((_store_button(context, draft, store),) for store in shown.items)
    other = (context.button("bot-button-other-store", Tap.OTHER_STORE, 0, draft.version),)
    words = [context.say("bot-stores")]
    back: tuple[Button, ...] = ()
    if draft.items and draft.store_name is not None:
        words.append(context.say("bot-stores-basket", store=draft.store_name))
        back = (context.button("bot-button-back", Tap.MENU_ITEM, 0, draft.version),)
    paging = paging_row(context, Tap.STORE, shown, draft.version)
    return Screen("\n".join(words), (*rows, *paging, other, (*back, home_button(context))))


def _store_button(context: RequestContext, draft: Draft, store: Store) -> Button:
    label = "bot-button-store-closed" if find_next_opening(context, store) else "bot-button-store"
    return context.button(label, Tap.STORE, store.id, draft.version, store=truncate(store.name, MAX_BUTTON_NAME_LENGTH))


async def render_other_store(context: RequestContext, draft: Draft) -> Screen:
    """Return the screen that asks for the name of a store that is not on the list."""
    await expect_input(context, PendingInput.STORE)
    back = context.button("bot-button-back", Tap.STORE, 0, draft.version)
    return Screen(context.say("bot-other-store"), ((back, home_button(context)),))


def say_closing_soon(context: RequestContext, store: Store) -> str | None:
    """Return the sentence about a store that is open, and closes soon; None for any other."""
    clock = find_closing_soon(store.hours, context.work.now.astimezone(context.campus.zone))
    return None if clock is None else context.say("bot-store-closes", store=store.name, clock=clock)


def find_next_opening(context: RequestContext, store: Store) -> NextOpening | None:
    """Return when a closed store opens next; None while it is open."""
    local = context.work.now.astimezone(context.campus.zone)
    return None if is_within_opening_hours(store.hours, local) else next_opening(store.hours, local)
