"""What is said about an order beside its food: the fee bid for bringing it, a tip, a note."""

from bot.customer.basket import begin_draft, change
from bot.customer.screens import flow, terms
from bot.customer.screens.pieces import noticed
from bot.replies import Answer, EditMenu, NewMessage, Replies
from bot.turn import Turn
from domain.draft import LONGEST_NOTE, Draft, one_line
from domain.errors import PriceOutOfRange, Stale, Unreadable
from domain.money import read_amount


async def choose_fee(turn: Turn, draft: Draft) -> Replies:
    """A suggested delivery fee; 0 shows the suggestions."""
    if turn.subject == 0:
        return (EditMenu(await terms.fee(turn, draft)),)
    if not _fits(turn, turn.subject):
        fees = turn.campus.fees
        raise PriceOutOfRange(least=turn.money(fees.delivery_fee_least), most=turn.money(fees.delivery_fee_most))
    changed = await change(turn, delivery_fee=turn.subject)
    return (EditMenu(await flow.next_screen(turn, changed)),)


async def typed_fee(turn: Turn) -> Replies:
    """The customer's own bid."""
    draft = await begin_draft(turn)
    try:
        bid = read_amount(turn.typed, turn.campus.currency)
    except Unreadable as unclear:
        return await _fee_again(turn, draft, turn.say("bot-fee-unclear", **unclear.words))
    if not _fits(turn, bid):
        return await _fee_again(turn, draft, turn.say("bot-fee-unfit", fee=turn.money(bid)))
    changed = await change(turn, delivery_fee=bid)
    return (NewMessage(await flow.next_screen(turn, changed)),)


async def _fee_again(turn: Turn, draft: Draft, notice: str) -> Replies:
    return (NewMessage(noticed(await terms.fee(turn, draft), notice)),)


def _fits(turn: Turn, bid: int) -> bool:
    fees = turn.campus.fees
    return fees.delivery_fee_least <= bid <= fees.delivery_fee_most


async def choose_tip(turn: Turn, draft: Draft) -> Replies:
    """A tip, held together with the rest; 0 takes it away. OrderOutOfRange when all together is too much."""
    if turn.subject < 0 or draft.missing() is not None:
        raise Stale
    changed = await change(turn, tip=turn.subject)
    changed.price(turn.campus.fees)
    said = turn.plain("bot-tip-set", amount=turn.money(turn.subject)) if turn.subject else turn.plain("bot-tip-none")
    return Answer(said), EditMenu(await flow.next_screen(turn, changed))


async def edit_note(turn: Turn, draft: Draft) -> Replies:
    """[Add note] asks for it, [Remove note] takes it away."""
    if turn.subject == 0:
        return (EditMenu(await terms.note(turn, draft)),)
    changed = await change(turn, note="")
    return Answer(turn.plain("bot-note-removed")), EditMenu(await flow.next_screen(turn, changed))


async def typed_note(turn: Turn) -> Replies:
    """A word to the runner."""
    draft = await begin_draft(turn)
    note = one_line(turn.typed)
    if not 0 < len(note) <= LONGEST_NOTE:
        wanted = turn.say("bot-note-unclear", most=LONGEST_NOTE, written=len(note))
        return (NewMessage(noticed(await terms.note(turn, draft), wanted)),)
    changed = await change(turn, note=note)
    return (NewMessage(await flow.next_screen(turn, changed)),)
