"""How an admin lets a runner's debt go, or pays her though a bank took the payment back."""

from bot.admin.steering import require_desk, told
from bot.home import MENU
from bot.replies import Answer, EditMenu, Replies, Screen
from bot.turn import Turn
from domain.buttons import Style, Tap
from domain.store.people import find_member
from domain.store.use_cases import refunding


async def ask(turn: Turn) -> Replies:
    """[Let it go…]: what it means, the safe choice first."""
    require_desk(turn)
    debt = await refunding.look_at_debt(turn.work, turn.campus, turn.member, turn.subject)
    runner = await find_member(turn.work, turn.campus.id, debt.runner_id)
    text = turn.say("bot-let-go", runner=runner.first_name, amount=turn.money(debt.left), order=debt.order_id)
    keep = turn.button("bot-button-leave", Tap.ADMIN_ORDER, debt.order_id, MENU)
    sure = turn.button("bot-button-let-go-sure", Tap.LET_GO_SURE, debt.id, MENU, style=Style.DANGER)
    return (EditMenu(Screen(text, ((keep,), (sure,)))),)


async def let_go(turn: Turn) -> Replies:
    """[Yes, let it go]."""
    require_desk(turn)
    debt = await refunding.let_go(turn.work, turn.campus, turn.member, turn.subject)
    said = turn.say("bot-let-gone", amount=turn.money(debt.left), order=debt.order_id)
    return (EditMenu(told(turn, said)),)


async def pay_anyway(turn: Turn) -> Replies:
    """[Pay the runner], on the message about a lost dispute."""
    require_desk(turn)
    await refunding.pay_anyway(turn.work, turn.campus, turn.member, turn.subject)
    return (Answer(turn.plain("bot-paying-anyway")),)
