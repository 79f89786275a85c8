"""The debts that /stuck shows to admins: of runners for refunds, of customers for delivered orders."""

from bot.admin.listing import look_up_each
from bot.conversation.replies import Rows
from bot.conversation.request_context import RequestContext
from domain.campuses.people_repository import find_member
from domain.messaging.buttons import Tap
from domain.orders.states import Order
from domain.payments.customer_debt_repository import find_customer_debt
from domain.payments.model import CustomerDebt, CustomerDebtStatus
from domain.payments.use_cases import customer_debts
from domain.payouts.model import RunnerDebt
from domain.refunds import use_cases as refunds_use_cases

MAX_DEBTS = 10  # of each kind on the screen, each with its button


async def render_debts_section(context: RequestContext) -> tuple[str, Rows]:
    """Return the part of /stuck about debts, with their buttons; empty when nobody owes anything."""
    (runners, runner_rows), (customers, customer_rows) = await _runner_debts(context), await _customer_debts(context)
    return "\n\n".join(said for said in (runners, customers) if said), (*runner_rows, *customer_rows)


async def waive_rows(context: RequestContext, order: Order) -> Rows:
    """Return [Forgive #12…] for an order with an open customer debt, unless the admin is its customer or runner."""
    debt = await find_customer_debt(context.work, order.id)
    own = context.member.person_id in (order.customer_id, order.runner_id)
    if debt is None or debt.status is not CustomerDebtStatus.OPEN or own:
        return ()
    return ((context.button("bot-button-waive-customer-debt", Tap.WAIVE_CUSTOMER_DEBT, order.id, order=order.id),),)


async def _runner_debts(context: RequestContext) -> tuple[str, Rows]:
    debts = (await refunds_use_cases.view_runner_debts(context.work, context.campus, context.member))[:MAX_DEBTS]
    if not debts:
        return "", ()
    lines = [
        context.say("bot-runner-debts", count=len(debts)),
        *await look_up_each(context, debts, lambda each: each.order_id, _runner_debt_line),
    ]
    rows = tuple(
        (context.button("bot-button-waive-runner-debt", Tap.WAIVE_RUNNER_DEBT, each.id, order=each.order_id),)
        for each in debts
    )
    return "\n".join(lines), rows


async def _customer_debts(context: RequestContext) -> tuple[str, Rows]:
    debts = (await customer_debts.view_customer_debts(context.work, context.campus, context.member))[:MAX_DEBTS]
    if not debts:
        return "", ()
    lines = [
        context.say("bot-customer-debts", count=len(debts)),
        *await look_up_each(context, debts, lambda each: each.order_id, _customer_debt_line),
    ]
    rows = tuple(
        (
            context.button(
                "bot-button-waive-customer-debt",
                Tap.WAIVE_CUSTOMER_DEBT,
                each.order_id,
                order=each.order_id,
            ),
        )
        for each in debts
    )
    return "\n".join(lines), rows


async def _runner_debt_line(context: RequestContext, debt: RunnerDebt) -> str:
    amount = context.format_money(debt.left)
    name = await _name(context, debt.runner_id)
    return context.say("bot-runner-debt-line", runner=name, amount=amount, order=debt.order_id, reason=debt.refusal)


async def _customer_debt_line(context: RequestContext, debt: CustomerDebt) -> str:
    amount, name = context.format_money(debt.amount), await _name(context, debt.customer_id)
    return context.say("bot-customer-debt-line", customer=name, amount=amount, order=debt.order_id, reason=debt.refusal)


async def _name(context: RequestContext, person_id: int) -> str:
    person = await find_member(context.work, context.campus.id, person_id)
    return f"{person.first_name} ({person.person_id})"
