"""The screens of an order that is being written: each asks for one thing, and says what a typed line will mean."""

from bot.home import MENU
from bot.replies import Rows, Screen
from bot.turn import Turn
from domain.buttons import Button, Style, Tap
from domain.campus import Store, is_open
from domain.draft import Draft, Expects
from domain.errors import Stale
from domain.store.campuses import drop_points_of, find_store, stores_of
from domain.store.drafts import expect

MOST_CHOICES = 24  # buttons of one list; what is not on it can be typed


async def next_screen(turn: Turn, draft: Draft) -> Screen:
    """What is still missing, or the review."""
    match draft.missing():
        case "store":
            return await stores(turn, draft)
        case "items":
            return await items(turn, draft)
        case "drop_point":
            return await drop_points(turn, draft)
        case "fee":
            return await fee(turn, draft)
        case _:
            return await review(turn, draft)


async def stores(turn: Turn, draft: Draft) -> Screen:
    """Where the food comes from."""
    await _ask(turn, Expects.STORE)
    local = turn.work.now.astimezone(turn.campus.zone)
    rows: Rows = tuple(
        (
            turn.button(
                "bot-button-store" if is_open(store.hours, local) else "bot-button-store-closed",
                Tap.STORE,
                store.id,
                draft.version,
                store=store.name,
            ),
        )
        for store in (await stores_of(turn.work, turn.campus.id))[:MOST_CHOICES]
    )
    other = (turn.button("bot-button-other-store", Tap.OTHER_STORE, version=draft.version),)
    return Screen(turn.say("bot-stores"), (*rows, other, _home(turn)))


async def other_store(turn: Turn, draft: Draft) -> Screen:
    """A store that is not on the list."""
    await _ask(turn, Expects.STORE)
    back = turn.button("bot-button-back", Tap.STORE, 0, draft.version)
    return Screen(turn.say("bot-other-store"), ((back, *_home(turn)),))


async def items(turn: Turn, draft: Draft) -> Screen:
    """What to buy: taps on the menu, or typed lines with prices; another store first when this one is gone."""
    try:
        store = None if draft.store_id is None else await find_store(turn.work, turn.campus.id, draft.store_id)
    except Stale:
        return await stores(turn, draft)
    await _ask(turn, Expects.ITEMS)
    menu = () if store is None else _menu_rows(turn, draft, store)
    done: Rows = ()
    if draft.items:
        cost = turn.money(sum(item.cost for item in draft.items))
        done = (
            (
                turn.button("bot-button-items-done", Tap.ITEMS_DONE, 0, draft.version, style=Style.PRIMARY, cost=cost),
                turn.button("bot-button-clear", Tap.CLEAR_ITEMS, 0, draft.version),
            ),
        )
    back = (turn.button("bot-button-stores", Tap.STORE, 0, draft.version), *_home(turn))
    title = turn.say("bot-items", store=draft.store_name or "")
    hint = turn.say("bot-items-hint", example=turn.money(450))
    basket = "\n".join(item_lines(turn, draft)) or turn.say("bot-items-none")
    return Screen(f"{title}\n\n{basket}\n\n{hint}", (*menu, *done, back))


def _menu_rows(turn: Turn, draft: Draft, store: Store) -> Rows:
    return tuple(
        (
            turn.button(
                "bot-button-menu-item",
                Tap.MENU_ITEM,
                item.id,
                draft.version,
                item=item.name,
                price=turn.money(item.price),
            ),
        )
        for item in store.menu[:MOST_CHOICES]
    )


def item_lines(turn: Turn, draft: Draft) -> list[str]:
    """The basket, a line each."""
    return [
        turn.say("bot-item", quantity=item.quantity, name=item.name, cost=turn.money(item.cost)) for item in draft.items
    ]


async def drop_points(turn: Turn, draft: Draft) -> Screen:
    """Where it is handed over."""
    await _ask(turn, Expects.DROP_POINT)
    rows: Rows = tuple(
        (turn.button("bot-button-drop-point", Tap.DROP_POINT, point.id, draft.version, place=point.name),)
        for point in (await drop_points_of(turn.work, turn.campus.id))[:MOST_CHOICES]
    )
    back = turn.button("bot-button-back", Tap.MENU_ITEM, 0, draft.version)
    return Screen(turn.say("bot-drop-points"), (*rows, (back, *_home(turn))))


async def fee(turn: Turn, draft: Draft) -> Screen:
    """What bringing it is worth to the customer."""
    await _ask(turn, Expects.FEE)
    fees = turn.campus.fees
    offers = tuple(
        turn.button("bot-button-fee", Tap.FEE, offer, draft.version, amount=turn.money(offer))
        for offer in turn.campus.fee_suggestions
    )
    back = turn.button("bot-button-back", Tap.DROP_POINT, 0, draft.version)
    text = turn.say("bot-fee", least=turn.money(fees.delivery_fee_least), most=turn.money(fees.delivery_fee_most))
    return Screen(text, (*((offers,) if offers else ()), (back, *_home(turn))))


async def review(turn: Turn, draft: Draft) -> Screen:
    """Everything in one place, the ceiling last, and the button that means it."""
    await _ask(turn, Expects.NOTE)
    price = draft.price(turn.campus.fees)
    card = turn.member.card
    lines = [
        turn.say("bot-review", store=draft.store_name or "", place=draft.drop_point or ""),
        "",
        *item_lines(turn, draft),
        turn.say("bot-review-limit", limit=turn.money(price.shop_limit)),
        turn.say("bot-review-delivery", amount=turn.money(price.delivery_fee)),
        turn.say("bot-review-service", amount=turn.money(price.service_fee)),
        *([turn.say("bot-review-tip", amount=turn.money(price.tip))] if price.tip else []),
        turn.say("bot-review-note", note=draft.note) if draft.note else turn.say("bot-review-note-hint"),
        turn.say("bot-review-card", brand=card.brand, last4=card.last4) if card else turn.say("bot-review-no-card"),
        "",
        turn.say("bot-review-ceiling", ceiling=turn.money(price.ceiling)),
    ]
    return Screen("\n".join(lines), _review_rows(turn, draft, price.ceiling))


def _review_rows(turn: Turn, draft: Draft, ceiling: int) -> Rows:
    version = draft.version
    amount = turn.money(ceiling)
    return (
        (turn.button("bot-button-place", Tap.PLACE, ceiling, version, style=Style.SUCCESS, ceiling=amount),),
        (
            turn.button("bot-button-change-items", Tap.MENU_ITEM, 0, version),
            turn.button("bot-button-change-place", Tap.DROP_POINT, 0, version),
            turn.button("bot-button-change-fee", Tap.FEE, 0, version),
        ),
        (
            turn.button("bot-button-change-card", Tap.ADD_CARD, 0, version),
            turn.button("bot-button-discard", Tap.DISCARD, 0, version, style=Style.DANGER),
        ),
        _home(turn),
    )


async def _ask(turn: Turn, expects: Expects) -> None:
    await expect(turn.work, turn.campus.id, turn.member.person_id, expects)


def _home(turn: Turn) -> tuple[Button, ...]:
    return (turn.button("bot-button-home", Tap.HOME, version=MENU),)
