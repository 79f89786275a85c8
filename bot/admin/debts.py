"""What runners owe for refunds, as admins see it under /stuck."""

from bot.home import MENU
from bot.replies import Rows
from bot.turn import Turn
from domain.buttons import Tap
from domain.payment import Debt
from domain.store.people import find_member
from domain.store.use_cases import refunding

MOST_DEBTS = 10  # shown at once, each with its button


async def section(turn: Turn) -> tuple[str, Rows]:
    """The part of /stuck about debts, with their buttons; nothing when nobody owes anything."""
    debts = (await refunding.debts(turn.work, turn.campus, turn.member))[:MOST_DEBTS]
    if not debts:
        return "", ()
    lines = [turn.say("bot-debts", count=len(debts)), *[await _line(turn, each) for each in debts]]
    rows = tuple((turn.button("bot-button-let-go", Tap.LET_GO, each.id, MENU, order=each.order_id),) for each in debts)
    return "\n".join(lines), rows


async def _line(turn: Turn, debt: Debt) -> str:
    runner = await find_member(turn.work, turn.campus.id, debt.runner_id)
    amount = turn.money(debt.left)
    name = f"{runner.first_name} ({runner.person_id})"
    return turn.say("bot-debt-line", runner=name, amount=amount, order=debt.order_id, reason=debt.refusal)
