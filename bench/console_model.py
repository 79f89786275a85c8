"""The orders of which a history is cloned: one that went well, and those with trouble, open or over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.campuses.people import Member
from domain.orders.states import Bearer, Order
from domain.payments.use_cases.customer_debts import waive_customer_debt
from domain.refunds.use_cases import waive_runner_debt
from domain.support.feedback import CaseOutcome, ProblemKind
from domain.support.use_cases.feedback import close_case, report_problem
from tests.scenarios.customer_debt_setup import owed_order
from tests.scenarios.refund_setup import complete_refund, completed_order, deliver_dispute, refund_order
from tests.scenarios.scenario_setup import new_admin
from tests.stack.started_worker_stack import running_worker_stack
from tests.stack.worker_stack import WorkerStack

CANCELLED_EVERY, REFUNDED_EVERY, RUNNER_DEBT_EVERY, DISPUTED_EVERY, CUSTOMER_DEBT_EVERY = 13, 33, 303, 201, 501
REFUND_AMOUNT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The orders that are cloned, and their people.

    `ended` says of each order of a history how often it comes: one for so many delivered ones, a number that has no
    factor with that of the campuses. `troubled` are the orders whose trouble is open.
    """

    delivered: int
    waiting: int
    ended: Mapping[int, int]
    troubled: tuple[int, ...]
    customers: tuple[int, ...]
    runners: tuple[int, ...]
    now: datetime


async def play_model(database_url: str) -> tuple[Model, int]:
    """Play the orders, and make an admin; return the model and the admin."""
    async with running_worker_stack(database_url) as stack:
        ana, mei = await stack.add_member(runner=True), await stack.add_member()
        delivered = await stack.delivered_order(ana, mei)
        await stack.run_now()
        admin = await new_admin(stack)
        ended = {
            (await _cancelled(stack, mei)).id: CANCELLED_EVERY,
            (await _refunded(stack, ana, admin)).id: REFUNDED_EVERY,
            (await _with_runner_debt(stack, admin, waived=True)).id: RUNNER_DEBT_EVERY,
            (await _disputed(stack, ana, outcome="lost")).id: DISPUTED_EVERY,
            (await _with_customer_debt(stack, ana, admin, waived=True)).id: CUSTOMER_DEBT_EVERY,
        }
        troubled = (
            (await _with_problem(stack, ana)).id,
            (await _with_pending_refund(stack, ana, admin)).id,
            (await _with_runner_debt(stack, admin, waived=False)).id,
            (await _disputed(stack, ana)).id,
            (await _with_customer_debt(stack, ana, admin, waived=False)).id,
        )
        waiting = await stack.open_order(mei)
        await stack.sql("UPDATE notification SET status = 'sent', due_at = NULL")
        await stack.sql("UPDATE order_message SET due_at = NULL")
        ((now,),) = await stack.rows("SELECT now()")
        customers = await stack.rows("SELECT DISTINCT customer_id FROM orders")
        runners = await stack.rows("SELECT DISTINCT runner_id FROM orders WHERE runner_id IS NOT NULL")
    model = Model(
        delivered=delivered.id,
        waiting=waiting.id,
        ended=ended,
        troubled=troubled,
        customers=tuple(number for (number,) in customers),
        runners=tuple(number for (number,) in runners),
        now=now,
    )
    return model, admin.person_id


async def _cancelled(stack: WorkerStack, customer: Member) -> Order:
    order = await stack.open_order(customer)
    await stack.cancel(customer, order)
    await stack.run_due()
    return order


async def _with_problem(stack: WorkerStack, runner: Member) -> Order:
    """An order whose customer reported a problem."""
    order = await completed_order(stack, runner)
    customer = await stack.committed_member(order.customer_id)
    await stack.act(report_problem, customer, order.id, ProblemKind.COLD, "The soup was cold.", None)
    return order


async def _refunded(stack: WorkerStack, runner: Member, admin: Member) -> Order:
    """An order whose problem was answered by a refund, for which Stripe took back the runner's part."""
    order = await _with_problem(stack, runner)
    await complete_refund(stack, order, REFUND_AMOUNT, Bearer.RUNNER)
    ((case,),) = await stack.rows_of(order, "problem_case", "id")
    await stack.act(close_case, admin, case, CaseOutcome.SOLVED, in_admin_chat=True)
    return order


async def _with_pending_refund(stack: WorkerStack, runner: Member, admin: Member) -> Order:
    """An order whose bank takes days for the refund."""
    order = await completed_order(stack, runner, card="pm_card_pendingRefund")
    await refund_order(stack, order, REFUND_AMOUNT, admin=admin)
    await stack.run_due()
    return order


async def _with_runner_debt(stack: WorkerStack, admin: Member, *, waived: bool) -> Order:
    """An order whose runner had no money left at Stripe when their part of a refund was taken back."""
    runner = await stack.add_member(runner=True, card=None)
    order = await completed_order(stack, runner)
    await stack.control_stripe(f"accounts/{runner.stripe_account}", pay_out=True)
    await complete_refund(stack, order, REFUND_AMOUNT, Bearer.RUNNER)
    if waived:
        ((debt,),) = await stack.rows_of(order, "debt", "id")
        await stack.act(waive_runner_debt, admin, debt)
    return order


async def _disputed(stack: WorkerStack, runner: Member, **change: object) -> Order:
    """An order whose customer disputed the payment at their bank."""
    order = await completed_order(stack, runner)
    await deliver_dispute(stack, order)
    if change:
        await deliver_dispute(stack, order, **change)
    return order


async def _with_customer_debt(stack: WorkerStack, runner: Member, admin: Member, *, waived: bool) -> Order:
    """An order that its customer owes: the hold had lapsed, and the bank declined the charge."""
    order = await owed_order(stack, await stack.add_member(), runner=runner)
    if waived:
        await stack.act(waive_customer_debt, admin, order.id, "a mistake of ours")
    return order
