"""What people owe, as admins see it under /stuck: runners for refunds, customers for what was delivered."""

from bot.home import MENU
from bot.replies import Rows
from bot.turn import Turn
from domain.buttons import Tap
from domain.order import Order
from domain.payment import CustomerDebt, CustomerDebtStatus, Debt
from domain.store.customer_debts import customer_debt_of
from domain.store.people import find_member
from domain.store.use_cases import owing, refunding

MOST_DEBTS = 10  # of each kind shown at once, each with its button


async def section(turn: Turn) -> tuple[str, Rows]:
    """The part of /stuck about debts, with their buttons; nothing when nobody owes anything."""
    (runners, theirs), (customers, hers) = await _of_runners(turn), await _of_customers(turn)
    return "\n\n".join(said for said in (runners, customers) if said), (*theirs, *hers)


async def forgive_rows(turn: Turn, order: Order) -> Rows:
    """[Forgive #12…], on an order whose customer owes for it and in which the admin has no part."""
    owed = await customer_debt_of(turn.work, order.id)
    own = turn.member.person_id in (order.customer_id, order.runner_id)
    if owed is None or owed.status is not CustomerDebtStatus.OPEN or own:
        return ()
    return ((turn.button("bot-button-forgive", Tap.FORGIVE, order.id, MENU, order=order.id),),)


async def _of_runners(turn: Turn) -> tuple[str, Rows]:
    debts = (await refunding.debts(turn.work, turn.campus, turn.member))[:MOST_DEBTS]
    if not debts:
        return "", ()
    lines = [turn.say("bot-debts", count=len(debts)), *[await _line(turn, each) for each in debts]]
    rows = tuple((turn.button("bot-button-let-go", Tap.LET_GO, each.id, MENU, order=each.order_id),) for each in debts)
    return "\n".join(lines), rows


async def _of_customers(turn: Turn) -> tuple[str, Rows]:
    owed = (await owing.debts(turn.work, turn.campus, turn.member))[:MOST_DEBTS]
    if not owed:
        return "", ()
    lines = [turn.say("bot-customers-debts", count=len(owed)), *[await _owed_line(turn, each) for each in owed]]
    rows = tuple(
        (turn.button("bot-button-forgive", Tap.FORGIVE, each.order_id, MENU, order=each.order_id),) for each in owed
    )
    return "\n".join(lines), rows


async def _line(turn: Turn, debt: Debt) -> str:
    amount = turn.money(debt.left)
    name = await _name(turn, debt.runner_id)
    return turn.say("bot-debt-line", runner=name, amount=amount, order=debt.order_id, reason=debt.refusal)


async def _owed_line(turn: Turn, owed: CustomerDebt) -> str:
    amount, name = turn.money(owed.amount), await _name(turn, owed.customer_id)
    return turn.say("bot-customers-debt-line", customer=name, amount=amount, order=owed.order_id, reason=owed.refusal)


async def _name(turn: Turn, person_id: int) -> str:
    person = await find_member(turn.work, turn.campus.id, person_id)
    return f"{person.first_name} ({person.person_id})"
