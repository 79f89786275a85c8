"""Where the food comes from."""

from bot.customer.screens.pieces import LONGEST_NAME, ask
from bot.home import home_button
from bot.pages import page_of, turning
from bot.replies import Rows, Screen
from bot.turn import Turn, cut
from domain.buttons import Button, Tap
from domain.campus import Store, is_open
from domain.draft import Draft, Expects
from domain.hours import Opening, next_opening
from domain.store.campuses import stores_of


async def stores(turn: Turn, draft: Draft, page: int = 0) -> Screen:
    """The shops one may choose, and [Another shop]."""
    await ask(turn, Expects.STORE)
    shown = page_of(await stores_of(turn.work, turn.campus.id), page)
    rows: Rows = tuple((_store(turn, draft, store),) for store in shown.things)
    other = (turn.button("bot-button-other-store", Tap.OTHER_STORE, version=draft.version),)
    words = [turn.say("bot-stores")]
    back: tuple[Button, ...] = ()
    if draft.items and draft.store_name is not None:
        words.append(turn.say("bot-stores-basket", store=draft.store_name))
        back = (turn.button("bot-button-back", Tap.MENU_ITEM, 0, draft.version),)
    paging = turning(turn, Tap.STORE, shown, draft.version)
    return Screen("\n".join(words), (*rows, *paging, other, (*back, home_button(turn))))


def _store(turn: Turn, draft: Draft, store: Store) -> Button:
    label = "bot-button-store-closed" if opens_later(turn, store) else "bot-button-store"
    return turn.button(label, Tap.STORE, store.id, draft.version, store=cut(store.name, LONGEST_NAME))


async def other_store(turn: Turn, draft: Draft) -> Screen:
    """A store that is not on the list."""
    await ask(turn, Expects.STORE)
    back = turn.button("bot-button-back", Tap.STORE, 0, draft.version)
    return Screen(turn.say("bot-other-store"), ((back, home_button(turn)),))


def opens_later(turn: Turn, store: Store) -> Opening | None:
    """When a store that is closed at this hour opens; None while it is open."""
    local = turn.work.now.astimezone(turn.campus.zone)
    return None if is_open(store.hours, local) else next_opening(store.hours, local)
