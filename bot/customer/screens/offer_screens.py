"""The screens of the offer: the review, the delivery fee, the tip, the note."""

from bot.conversation.home import home_button
from bot.conversation.replies import Rows, Screen
from bot.conversation.request_context import RequestContext
from bot.customer.screens.item_screens import basket_lines
from bot.customer.screens.screen_parts import back_row, expect_input
from domain.campuses.fee_suggestions import suggested_fees, suggested_tips
from domain.campuses.people import card_brand_name
from domain.messaging.buttons import Button, ButtonStyle, Tap
from domain.orders.drafts.draft import MAX_NOTE_LENGTH, Draft, PendingInput
from domain.orders.pricing import Price


async def render_review(context: RequestContext, draft: Draft) -> Screen:
    """Return the review, the ceiling last, with [Place order]. Raise what Draft.price raises."""
    price = draft.price(context.campus.fees)
    await expect_input(context, PendingInput.NOTE)
    lines = [
        context.say("bot-review", store=draft.store_name or "", place=draft.drop_point or ""),
        "",
        *basket_lines(context, draft),
        context.say(
            "bot-review-limit", cost=context.format_money(price.items), limit=context.format_money(price.shop_limit)
        ),
        context.say("bot-review-delivery", amount=context.format_money(price.delivery_fee)),
        context.say("bot-review-service", amount=context.format_money(price.service_fee)),
        *([context.say("bot-review-tip", amount=context.format_money(price.tip))] if price.tip else []),
        *_note_and_card_lines(context, draft),
        "",
        context.say("bot-review-ceiling", ceiling=context.format_money(price.ceiling)),
    ]
    return Screen("\n".join(lines), _rows(context, draft, price))


def _note_and_card_lines(context: RequestContext, draft: Draft) -> list[str]:
    card = context.member.card
    return [
        context.say("bot-review-note", note=draft.note) if draft.note else context.say("bot-review-note-instruction"),
        context.say("bot-review-card", brand=card_brand_name(card.brand, card.wallet), last4=card.last4)
        if card
        else context.say("bot-review-no-card"),
    ]


def _rows(context: RequestContext, draft: Draft, price: Price) -> Rows:
    ceiling = context.format_money(price.ceiling)
    place = context.button(
        "bot-button-place", Tap.PLACE, price.ceiling, draft.version, style=ButtonStyle.SUCCESS, ceiling=ceiling
    )
    note = "bot-button-change-note" if draft.note else "bot-button-add-note"
    card = "bot-button-change-card" if context.member.card else "bot-button-add-card"
    return (
        (place,),
        *_tip_rows(context, draft),
        (
            context.button("bot-button-change-items", Tap.MENU_ITEM, 0, draft.version),
            context.button("bot-button-change-place", Tap.DROP_POINT, 0, draft.version),
            context.button("bot-button-change-fee", Tap.FEE, 0, draft.version),
        ),
        (
            context.button(note, Tap.NOTE, 0, draft.version),
            context.button(card, Tap.ADD_CARD),
            home_button(context),
        ),
    )


def _tip_rows(context: RequestContext, draft: Draft) -> Rows:
    """Return the tips without the chosen one; a button for no tip takes its place."""
    offers = suggested_tips(context.campus)
    row: tuple[Button, ...] = tuple(
        context.button("bot-button-tip", Tap.TIP, tip, draft.version, amount=context.format_money(tip))
        for tip in offers
        if tip != draft.tip
    )
    if draft.tip:
        row = (context.button("bot-button-no-tip", Tap.TIP, 0, draft.version), *row[: max(1, len(offers) - 1)])
    return (row,) if row else ()


async def render_fee(context: RequestContext, draft: Draft) -> Screen:
    """Return the screen that asks for the delivery fee."""
    await expect_input(context, PendingInput.FEE)
    fees = context.campus.fees
    offers = tuple(
        context.button("bot-button-fee", Tap.FEE, offer, draft.version, amount=context.format_money(offer))
        for offer in suggested_fees(context.campus)
    )
    text = context.say(
        "bot-fee",
        least=context.format_money(fees.delivery_fee_least),
        most=context.format_money(fees.delivery_fee_most),
        share=f"{(10_000 - fees.platform_basis_points) / 100:g}",
    )
    return Screen(text, (*((offers,) if offers else ()), back_row(context, draft, Tap.DROP_POINT)))


async def render_note(context: RequestContext, draft: Draft) -> Screen:
    """Return the screen that asks for the note to the runner, with a button that removes it."""
    await expect_input(context, PendingInput.NOTE)
    lines = [context.say("bot-note", most=MAX_NOTE_LENGTH)]
    drop: Rows = ()
    if draft.note:
        lines.append(context.say("bot-review-note", note=draft.note))
        drop = ((context.button("bot-button-drop-note", Tap.NOTE, 1, draft.version),),)
    return Screen("\n\n".join(lines), (*drop, back_row(context, draft, Tap.MENU_ITEM)))
