"""The basket a tap or a line is about: begun, guarded against old buttons, changed."""

from collections.abc import Awaitable, Callable

from bot.customer.pending import being_placed, pending_order
from bot.customer.screens import flow, food
from bot.home import home
from bot.replies import Answer, EditMenu, Replies
from bot.routing import Handler
from bot.turn import Turn
from domain.buttons import Tap
from domain.draft import Draft
from domain.people import Action
from domain.store.drafts import change_draft, lock_draft
from domain.store.use_cases import ordering
from domain.store.use_cases.permission import require

# Tapped on the screens that fill the basket: there the present one is shown, not what comes next.
OF_ITEMS = frozenset({Tap.STORE, Tap.MENU_ITEM, Tap.CLEAR_ITEMS})
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
    """Nothing is changed, and the menu shows what is true."""
    tap = None if turn.tap is None else turn.tap.tap
    pending = await pending_order(turn)
    if pending is not None:
        screen = being_placed(turn, pending)
    elif draft is None:
        screen = await home(turn)
    elif tap in OF_LINES and draft.items:
        screen = await food.basket(turn, draft)
    elif tap in OF_ITEMS | OF_LINES and draft.store_name is not None:
        screen = await food.items(turn, draft)
    else:
        screen = await flow.next_screen(turn, draft)
    return Answer(turn.plain("error-stale")), EditMenu(screen)


async def change(turn: Turn, **changes: object) -> Draft:
    """The basket with these columns changed; older buttons are stale from here."""
    return await change_draft(turn.work, turn.campus.id, turn.member.person_id, **changes)
