"""What a customer owes for an order that was delivered: shown with the way to pay it."""

from bot.home import MENU
from bot.replies import Answer, Replies, Rows
from bot.turn import Turn
from domain.buttons import Button, Style, Tap
from domain.payment import CustomerDebt
from domain.store.under_way import just_started
from domain.store.use_cases import owing


async def pay(turn: Turn) -> Replies:
    """[Pay S$8.30]: her bank is asked; what it says comes as a message of its own. Without a card, a link does."""
    if turn.member.card is None and await just_started(turn.work, turn.campus.id, turn.member.person_id, "save_card"):
        return (Answer(turn.plain("bot-card-link-coming")),)
    if await owing.pay(turn.work, turn.campus, turn.member, turn.subject) is None:
        return (Answer(turn.plain("bot-debt-card-first"), alert=True),)
    return (Answer(turn.plain("bot-debt-asking")),)


async def owed(turn: Turn) -> tuple[tuple[str, ...], Rows]:
    """The paragraphs of /me about what she owes, with a button each; nothing when she owes nothing."""
    found = await owing.owes(turn.work, turn.campus, turn.member)
    return tuple(_line(turn, each) for each in found), tuple((_pay(turn, each),) for each in found)


def _line(turn: Turn, each: CustomerDebt) -> str:
    return turn.say("bot-me-owes", amount=turn.money(each.amount), order=each.order_id)


def _pay(turn: Turn, each: CustomerDebt) -> Button:
    amount = turn.money(each.amount)
    return turn.button("button-pay-debt", Tap.PAY_DEBT, each.id, MENU, style=Style.SUCCESS, amount=amount)
