"""The first screen, the way back to it, and an answer to everything that means nothing."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.doorstep import doorstep
from bot.replies import Answer, EditMenu, NewMessage, Replies, Rows, Screen
from bot.turn import Turn, cut
from domain.buttons import Button, Style, Tap
from domain.draft import Dialogue, Expects
from domain.order import WITH_RUNNER, OrderStatus
from domain.people import Role
from domain.store.drafts import expect_nothing, find_draft
from domain.store.orders import customers_orders, open_jobs
from domain.store.reordering import usual_of

MENU = 1  # the version on menu buttons: those of cards and pushes carry another, and are not turned into a menu
LONGEST_STORE = 14  # characters of a store's name beside other words

# What the open question wants, said once more; other questions want "an answer".
ASKED: Mapping[Expects, str] = MappingProxyType(
    {
        Expects.STORE: "bot-asked-store",
        Expects.ITEMS: "bot-asked-items",
        Expects.DROP_POINT: "bot-asked-place",
        Expects.FEE: "bot-asked-fee",
        Expects.NOTE: "bot-asked-note",
        Expects.RECEIPT: "bot-asked-receipt",
        Expects.PIN: "bot-asked-pin",
    }
)
OF_CASES = frozenset({Expects.PROBLEM, Expects.CASE_MORE, Expects.CASE_ANSWER})  # photos are welcome there
UNDER_WAY = WITH_RUNNER | {OrderStatus.PENDING, OrderStatus.CREATED}
OF_BASKET = frozenset({Expects.STORE, Expects.ITEMS, Expects.DROP_POINT, Expects.FEE, Expects.NOTE})


async def start(turn: Turn) -> Replies:
    """/start: who we are and the two roles."""
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (NewMessage(await home(turn)),)


async def go_home(turn: Turn) -> Replies:
    """[Home]."""
    await expect_nothing(turn.work, turn.campus.id, turn.member.person_id)
    return (on_menu(turn, await home(turn)),)


async def help_out(turn: Turn) -> Replies:
    """A line nobody asked for, an unknown command, a picture or a sticker: what was asked stays asked."""
    if not turn.private:
        return ()
    if Role.CUSTOMER not in turn.member.roles:
        return (NewMessage(doorstep(turn)),)
    if turn.dialogue is not None:
        return (NewMessage(_asked_still(turn, turn.dialogue)),)
    rows = (await home(turn)).rows
    return (NewMessage(Screen(turn.say("bot-help" if turn.typed else "bot-help-picture"), rows)),)


def _asked_still(turn: Turn, dialogue: Dialogue) -> Screen:
    """What is wanted just now, beside that this was not it."""
    asked = turn.say(ASKED.get(dialogue.expects, "bot-still-asked"))
    unclear = "bot-unclear"
    if turn.other and dialogue.expects in OF_CASES:
        unclear = "bot-relay-only-words"
    elif turn.photo is not None or turn.other or not turn.typed:
        unclear = "bot-words-please"
    elif turn.typed.startswith("/"):
        unclear = "bot-unknown-command"
    back: tuple[Button, ...] = (home_button(turn),)
    if dialogue.expects in OF_BASKET:
        back = (turn.button("bot-button-review", Tap.REVIEW, version=MENU), *back)
    return Screen(f"{turn.say(unclear)}\n{asked}", (back,))


async def unknown_tap(turn: Turn) -> Replies:
    """A button that nothing here answers to."""
    return (Answer(turn.plain("error-stale")),)


async def home(turn: Turn) -> Screen:
    """The usual, two roles, and what is one's own; for who has not come by the invitation yet, how to get in."""
    if Role.CUSTOMER not in turn.member.roles:
        return doorstep(turn)
    return Screen(
        turn.say("bot-home", name=turn.member.first_name, campus=turn.campus.title),
        (
            *await _under_way(turn),
            *await _usual(turn),
            (turn.button(await _order(turn), Tap.ORDER_FOOD, version=MENU, style=Style.PRIMARY),),
            (turn.button("bot-button-deliver-food", Tap.DELIVER_FOOD, version=MENU, style=Style.SUCCESS),),
            (
                turn.button("bot-button-my-orders", Tap.MY_ORDERS, version=MENU),
                turn.button("bot-button-me", Tap.ME, version=MENU),
            ),
        ),
    )


async def _order(turn: Turn) -> str:
    """The label of the way to food: a basket that was begun is gone on with."""
    draft = await find_draft(turn.work, turn.campus.id, turn.member.person_id)
    return "bot-button-order-food" if draft is None or not draft.items else "bot-button-go-on"


async def _under_way(turn: Turn) -> Rows:
    """What goes on just now: the card of her order, or of her job, comes again."""
    here = turn.work, turn.campus.id, turn.member.person_id
    mine, _ = await customers_orders(*here, 0, UNDER_WAY)
    jobs = await open_jobs(*here)
    named = [*(("bot-button-my-order", order) for order in mine[:1]), *(("bot-button-my-job", job) for job in jobs[:1])]
    return tuple((turn.button(key, Tap.OPEN_ORDER, order.id, MENU, order=order.id),) for key, order in named)


async def _usual(turn: Turn) -> Rows:
    """What she mostly orders, one tap from the review."""
    usual = await usual_of(turn.work, turn.campus, turn.member.person_id)
    if usual is None:
        return ()
    store, ceiling = cut(usual.store_name, LONGEST_STORE), turn.money(usual.ceiling)
    return ((turn.button("bot-button-usual", Tap.USUAL, usual.order_id, MENU, store=store, ceiling=ceiling),),)


def home_button(turn: Turn) -> Button:
    """[Home], the way back on every screen."""
    return turn.button("bot-button-home", Tap.HOME, version=MENU)


def on_menu(turn: Turn, screen: Screen) -> EditMenu | NewMessage:
    """Turn the tapped menu into this screen, but leave cards and pushes as they are."""
    return EditMenu(screen) if turn.version else NewMessage(screen)
