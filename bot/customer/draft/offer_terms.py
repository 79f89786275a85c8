"""The terms of an order beside its items: the delivery fee, a tip, a note."""

from bot.conversation.replies import Answer, EditMenu, NewMessage, Replies
from bot.conversation.request_context import RequestContext
from bot.customer.draft.basket import begin_draft, change_basket
from bot.customer.screens import flow, offer_screens
from bot.customer.screens.screen_parts import with_notices
from domain.errors import PriceOutOfRange, Stale, Unreadable
from domain.money import read_amount
from domain.orders.drafts.draft import MAX_NOTE_LENGTH, Draft, normalize_line


async def choose_fee(context: RequestContext, draft: Draft) -> Replies:
    """Choose a suggested delivery fee; a subject of 0 shows the suggestions."""
    if context.subject == 0:
        return (EditMenu(await offer_screens.render_fee(context, draft)),)
    if not _is_fee_in_range(context, context.subject):
        fees = context.campus.fees
        raise PriceOutOfRange(
            least=context.format_money(fees.delivery_fee_least), most=context.format_money(fees.delivery_fee_most)
        )
    changed = await change_basket(context, delivery_fee=context.subject)
    return (EditMenu(await flow.render_next_screen(context, changed)),)


async def receive_fee(context: RequestContext) -> Replies:
    """Take the typed delivery fee."""
    draft = await begin_draft(context)
    try:
        bid = read_amount(context.typed, context.campus.currency)
    except Unreadable as error:
        return await _ask_fee_again(context, draft, context.say("bot-fee-not-understood", **error.arguments))
    if not _is_fee_in_range(context, bid):
        return await _ask_fee_again(context, draft, context.say("bot-fee-unfit", fee=context.format_money(bid)))
    changed = await change_basket(context, delivery_fee=bid)
    return (NewMessage(await flow.render_next_screen(context, changed)),)


async def _ask_fee_again(context: RequestContext, draft: Draft, notice: str) -> Replies:
    return (NewMessage(with_notices(await offer_screens.render_fee(context, draft), notice)),)


def _is_fee_in_range(context: RequestContext, bid: int) -> bool:
    fees = context.campus.fees
    return fees.delivery_fee_least <= bid <= fees.delivery_fee_most


async def choose_tip(context: RequestContext, draft: Draft) -> Replies:
    """Choose a tip, part of the hold; 0 removes it. Raise OrderOutOfRange when the order is too expensive with it."""
    if context.subject < 0 or draft.missing_part() is not None:
        raise Stale
    changed = await change_basket(context, tip=context.subject)
    changed.price(context.campus.fees)
    said = (
        context.say_plain("bot-tip-set", amount=context.format_money(context.subject))
        if context.subject
        else context.say_plain("bot-tip-none")
    )
    return Answer(said), EditMenu(await flow.render_next_screen(context, changed))


async def edit_note(context: RequestContext, draft: Draft) -> Replies:
    """Handle [Add note], which asks for the note, and [Remove note]."""
    if context.subject == 0:
        return (EditMenu(await offer_screens.render_note(context, draft)),)
    changed = await change_basket(context, note="")
    return Answer(context.say_plain("bot-note-removed")), EditMenu(await flow.render_next_screen(context, changed))


async def receive_note(context: RequestContext) -> Replies:
    """Take the typed note to the runner."""
    draft = await begin_draft(context)
    note = normalize_line(context.typed)
    if not 0 < len(note) <= MAX_NOTE_LENGTH:
        wanted = context.say("bot-note-not-understood", most=MAX_NOTE_LENGTH, written=len(note))
        return (NewMessage(with_notices(await offer_screens.render_note(context, draft), wanted)),)
    changed = await change_basket(context, note=note)
    return (NewMessage(await flow.render_next_screen(context, changed)),)
