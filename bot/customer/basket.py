"""The basket a tap or a line is about: begun, guarded against old buttons, changed."""

from collections.abc import Awaitable, Callable

from bot.customer.pending import being_placed, pending_order
from bot.customer.screens import flow, food, places, shops, terms
from bot.home import OF_BASKET, home
from bot.replies import Answer, EditMenu, Replies, Screen
from bot.routing import Handler
from bot.turn import Turn
from domain.buttons import Tap
from domain.draft import Dialogue, Draft, Expects
from domain.errors import Stale
from domain.people import Action
from domain.store.drafts import change_draft, expect, expected, lock_draft
from domain.store.use_cases import ordering
from domain.store.use_cases.permission import require

# Tapped on the screens that fill the basket: there the present one is shown, not what comes next.
OF_ITEMS = frozenset({Tap.STORE, Tap.MENU_ITEM, Tap.CLEAR_ITEMS, Tap.ITEMS_DONE, Tap.AS_ITEM})
OF_LINES = frozenset({Tap.BASKET, Tap.LESS, Tap.MORE})

DraftHandler = Callable[[Turn, Draft], Awaitable[Replies]]


async def begin_draft(turn: Turn) -> Draft:
    """The person's basket, a new one if there is none; NotAdmitted for who may not order here."""
    return await ordering.begin(turn.work, turn.campus, turn.member)


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
    """Nothing is changed, the open question included, and the menu shows what is true."""
    pending = await pending_order(turn)
    if pending is not None:
        screen = being_placed(turn, pending)
    elif draft is None:
        screen = await home(turn)
    else:
        screen = await _present(turn, draft)
    return Answer(turn.plain("error-stale")), EditMenu(screen)


async def _present(turn: Turn, draft: Draft) -> Screen:
    """The screen that asks what is asked; when that is nothing of the basket's, the one the button belongs to."""
    here = turn.work, turn.campus.id, turn.member.person_id
    asked = await expected(*here)
    if asked is not None and asked.expects in OF_BASKET:
        return await _asking(turn, draft, asked)
    screen = await _of_tap(turn, draft)
    if asked is not None:  # a PIN, a receipt: it waits for its answer as before
        await expect(*here, asked.expects, asked.subject, asked.detail)
    return screen


async def _asking(turn: Turn, draft: Draft, asked: Dialogue) -> Screen:
    match asked.expects:
        case Expects.STORE:
            return await shops.stores(turn, draft)
        case Expects.ITEMS:
            return await _of_food(turn, draft)
        case Expects.DROP_POINT:
            return await _of_place(turn, draft, asked.subject)
        case Expects.FEE:
            return await terms.fee(turn, draft)
        case _:
            return await flow.next_screen(turn, draft)


async def _of_tap(turn: Turn, draft: Draft) -> Screen:
    tapped = turn.tap is not None and turn.tap.tap in OF_ITEMS | OF_LINES
    return await (_of_food if tapped else flow.next_screen)(turn, draft)


async def _of_food(turn: Turn, draft: Draft) -> Screen:
    if draft.store_name is None:
        return await flow.next_screen(turn, draft)
    line_by_line = bool(draft.items) and turn.tap is not None and turn.tap.tap in OF_LINES
    return await (food.basket if line_by_line else food.items)(turn, draft)


async def _of_place(turn: Turn, draft: Draft, spot: int | None) -> Screen:
    if spot is None:
        return await places.drop_points(turn, draft)
    try:
        return await places.spots(turn, draft, spot)
    except Stale:  # the campus put it aside meanwhile
        return await places.drop_points(turn, draft)


async def change(turn: Turn, **changes: object) -> Draft:
    """The basket with these columns changed; older buttons are stale from here."""
    return await change_draft(turn.work, turn.campus.id, turn.member.person_id, **changes)
