"""The whole offer in one place, and what can be said about it: fee, tip, note."""

from bot.customer.screens.food import item_lines
from bot.customer.screens.pieces import ask, back_row
from bot.home import home_button
from bot.replies import Rows, Screen
from bot.turn import Turn
from domain.buttons import Button, Style, Tap
from domain.draft import LONGEST_NOTE, Draft, Expects
from domain.offers import suggested_fees, tips
from domain.people import brand_name
from domain.pricing import Price


async def review(turn: Turn, draft: Draft) -> Screen:
    """Every line, the ceiling last, and the button that means it; what Draft.price refuses."""
    price = draft.price(turn.campus.fees)
    await ask(turn, Expects.NOTE)
    lines = [
        turn.say("bot-review", store=draft.store_name or "", place=draft.drop_point or ""),
        "",
        *item_lines(turn, draft),
        turn.say("bot-review-limit", cost=turn.money(price.items), limit=turn.money(price.shop_limit)),
        turn.say("bot-review-delivery", amount=turn.money(price.delivery_fee)),
        turn.say("bot-review-service", amount=turn.money(price.service_fee)),
        *([turn.say("bot-review-tip", amount=turn.money(price.tip))] if price.tip else []),
        *_said_beside(turn, draft),
        "",
        turn.say("bot-review-ceiling", ceiling=turn.money(price.ceiling)),
    ]
    return Screen("\n".join(lines), _rows(turn, draft, price))


def _said_beside(turn: Turn, draft: Draft) -> list[str]:
    card = turn.member.card
    return [
        turn.say("bot-review-note", note=draft.note) if draft.note else turn.say("bot-review-note-hint"),
        turn.say("bot-review-card", brand=brand_name(card.brand), last4=card.last4)
        if card
        else turn.say("bot-review-no-card"),
    ]


def _rows(turn: Turn, draft: Draft, price: Price) -> Rows:
    version, ceiling = draft.version, turn.money(price.ceiling)
    place = turn.button("bot-button-place", Tap.PLACE, price.ceiling, version, style=Style.SUCCESS, ceiling=ceiling)
    note = "bot-button-change-note" if draft.note else "bot-button-add-note"
    card = "bot-button-change-card" if turn.member.card else "bot-button-add-card"
    return (
        (place,),
        *_tips(turn, draft),
        (
            turn.button("bot-button-change-items", Tap.MENU_ITEM, 0, version),
            turn.button("bot-button-change-place", Tap.DROP_POINT, 0, version),
            turn.button("bot-button-change-fee", Tap.FEE, 0, version),
        ),
        (turn.button(note, Tap.NOTE, 0, version), turn.button(card, Tap.ADD_CARD, 0, version), home_button(turn)),
    )


def _tips(turn: Turn, draft: Draft) -> Rows:
    """The tips there are, without the one that is chosen: in its place stands none at all."""
    offers = tips(turn.campus)
    row: tuple[Button, ...] = tuple(
        turn.button("bot-button-tip", Tap.TIP, tip, draft.version, amount=turn.money(tip))
        for tip in offers
        if tip != draft.tip
    )
    if draft.tip:
        row = (turn.button("bot-button-no-tip", Tap.TIP, 0, draft.version), *row[: max(1, len(offers) - 1)])
    return (row,) if row else ()


async def fee(turn: Turn, draft: Draft) -> Screen:
    """What bringing it is worth to the customer."""
    await ask(turn, Expects.FEE)
    fees = turn.campus.fees
    offers = tuple(
        turn.button("bot-button-fee", Tap.FEE, offer, draft.version, amount=turn.money(offer))
        for offer in suggested_fees(turn.campus)
    )
    text = turn.say(
        "bot-fee",
        least=turn.money(fees.delivery_fee_least),
        most=turn.money(fees.delivery_fee_most),
        share=f"{(10_000 - fees.platform_basis_points) / 100:g}",
    )
    return Screen(text, (*((offers,) if offers else ()), back_row(turn, draft, Tap.DROP_POINT)))


async def note(turn: Turn, draft: Draft) -> Screen:
    """A word to the runner: typed, changed, or taken away."""
    await ask(turn, Expects.NOTE)
    lines = [turn.say("bot-note", most=LONGEST_NOTE)]
    drop: Rows = ()
    if draft.note:
        lines.append(turn.say("bot-review-note", note=draft.note))
        drop = ((turn.button("bot-button-drop-note", Tap.NOTE, 1, draft.version),),)
    return Screen("\n\n".join(lines), (*drop, back_row(turn, draft, Tap.MENU_ITEM)))
