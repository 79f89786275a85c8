"""What a customer says while nobody has taken her order, or while the shop wants more than she agreed to."""

from bot.home import MENU, home_button
from bot.replies import Answer, EditMenu, NewMessage, Replies, Screen
from bot.turn import Turn
from domain.buttons import Style, Tap
from domain.store.under_way import just_started
from domain.store.use_cases import patience, raising


async def wait(turn: Turn) -> Replies:
    """[I'll wait]: a kind word; [Cancel free] stays where it is."""
    order = await patience.wait(turn.work, turn.campus, turn.member, turn.subject)
    return (Answer(turn.plain("bot-waiting", order=order.id)),)


async def ask_raise(turn: Turn) -> Replies:
    """[Raise fee S$1.00]: both numbers, in a small menu of its own, before anything is held."""
    order, price = await raising.see_raise(turn.work, turn.campus, turn.member, turn.subject)
    now, then = turn.money(order.price.ceiling), turn.money(price.ceiling)
    more = turn.money(price.ceiling - order.price.ceiling)
    hold = turn.button(
        "bot-button-hold-more", Tap.RAISE_SURE, order.id, price.ceiling, style=Style.SUCCESS, ceiling=then
    )
    keep = turn.button("bot-button-keep-ceiling", Tap.OPEN_ORDER, order.id, MENU, ceiling=now)
    words = turn.say("bot-raise-fee", order=order.id, now=now, more=more, then=then)
    return (NewMessage(Screen(words, ((hold,), (keep,)))),)


async def raise_fee(turn: Turn) -> Replies:
    """[Hold S$10.40]: her bank is asked; the card says when it counts. Without a card, a link comes first."""
    if await _awaits_card(turn):
        return (Answer(turn.plain("bot-card-link-coming")),)
    run = await raising.raise_fee(turn.work, turn.campus, turn.member, turn.subject, turn.version)
    return (Answer(turn.plain("bot-debt-card-first"), alert=True) if run is None else EditMenu(_asking(turn)),)


async def agree(turn: Turn) -> Replies:
    """[Yes, max S$10.00] to what the shop wants: as above."""
    if await _awaits_card(turn):
        return (Answer(turn.plain("bot-card-link-coming")),)
    run = await raising.agree(turn.work, turn.campus, turn.member, turn.subject, turn.version)
    return (Answer(turn.plain("bot-debt-card-first"), alert=True) if run is None else NewMessage(_asking(turn)),)


async def disagree(turn: Turn) -> Replies:
    """[No]: the limit stays."""
    order = await raising.disagree(turn.work, turn.campus, turn.member, turn.subject, turn.version)
    return (Answer(turn.plain("bot-disagreed", limit=turn.money(order.price.shop_limit)), alert=True),)


async def _awaits_card(turn: Turn) -> bool:
    missing = turn.member.card is None
    return missing and await just_started(turn.work, turn.campus.id, turn.member.person_id, "save_card")


def _asking(turn: Turn) -> Screen:
    words = turn.say("bot-raise-asking", order=turn.subject, then=turn.money(turn.version))
    look = turn.button("bot-button-open-order", Tap.OPEN_ORDER, turn.subject, MENU)
    return Screen(words, ((look,), (home_button(turn),)))
