"""Races on a case and its order from both sides: no deadlock."""

import asyncio

from domain.support.feedback import ProblemKind
from domain.support.use_cases import feedback
from tests.scenarios.scenario_setup import new_admin
from tests.stack.worker_stack import WorkerStack

WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_adding_to_a_case_while_it_is_answered_causes_no_deadlock(stack: WorkerStack) -> None:
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    customer, admin = await stack.committed_member(order.customer_id), await new_admin(stack)
    case = await stack.act(feedback.report_problem, customer, order.id, ProblemKind.COLD, "cold", None)
    async with stack.database() as work:
        await feedback.lock_reportable_order(work, stack.campus, customer, order.id)
        answering = asyncio.create_task(stack.act(feedback.answer_case, admin, case.id, "we look", in_admin_chat=True))
        async with asyncio.timeout(20):
            while not answering.done() and not await stack.rows(WAITING):
                continue
        await feedback.add_to_case(work, stack.campus, customer, case.id, "one more", None)
    await answering
    ((messages,),) = await stack.rows("SELECT messages FROM problem_case WHERE id = :id", id=case.id)
    assert messages == 3
