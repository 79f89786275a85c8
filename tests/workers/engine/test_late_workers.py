"""A worker that was frozen for longer than its lease changes nothing when it wakes: sagas, lists and discrepancies."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from domain.reconciliation import use_cases as reconciliation_use_cases
from domain.reconciliation.discrepancy import DiscrepancyKind, ObservedDiscrepancy
from domain.reconciliation.list_cursor_repository import ListCursor, lease_list_cursor
from domain.reconciliation.repository import list_open_discrepancies_after, report_discrepancy
from tests.scenarios.reconciliation_setup import admin_notifications, create_stray_intent, discrepancies, reconcile_all
from tests.scenarios.saga_scenarios import SAGA_SCENARIOS
from tests.scenarios.scenario_setup import new_admin
from tests.stack.frozen import Freezing, FrozenWorker, freeze
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga
from workers.engine.worker_context import WorkerContext
from workers.reconciliation.discrepancy_rechecks import recheck_discrepancy, recheck_requested
from workers.reconciliation.reconciler import read_leased_list, reconcile
from workers.reconciliation.reconciliation_context import ReconciliationContext, new_reconciliation_context

WHOLE = {"saga": "SELECT * FROM saga ORDER BY id", "reading": "SELECT * FROM list_cursor ORDER BY task"}


def freezing(stack: WorkerStack, *, through: int = 0, fault: Exception | None = None) -> tuple[Freezing, WorkerContext]:
    """A worker that freezes before one of its transactions."""
    ice = Freezing(database=stack.database, through=through, fault=fault)
    return ice, replace(stack.new_worker("late"), database=ice.work)


def reconciliation_of(context: WorkerContext) -> ReconciliationContext:
    return new_reconciliation_context(context, asyncio.Event())


async def all_of(stack: WorkerStack, table: str) -> Sequence[Any]:
    """All rows of the table."""
    return await stack.rows(WHOLE[table])


async def test_a_fault_of_a_worker_that_wakes_late_does_not_count_against_a_saga(stack: WorkerStack) -> None:
    scenario = await SAGA_SCENARIOS["placing"](stack)
    ice, context = freezing(stack, through=1, fault=OSError("the connection was closed meanwhile"))
    late = await freeze(ice, advance_saga(context, scenario.saga_id))
    await stack.inject_fault("POST /v1/payment_intents", "status", status=429, times=9)
    await stack.run_now()
    await stack.sql("UPDATE saga SET wake_at = now() WHERE wake_at IS NOT NULL")
    before = await all_of(stack, "saga")
    await late.wake()
    assert await all_of(stack, "saga") == before
    await stack.clear_faults()
    await stack.run_now()
    await scenario.check()


async def lease_intents_list(stack: WorkerStack) -> ListCursor:
    """Make the list of payments due, and lease it for the worker that will be late."""
    await stack.sql("UPDATE list_cursor SET due_at = now() + interval '10 seconds' WHERE task <> 'payment_intents'")
    await stack.sql("UPDATE list_cursor SET due_at = now() WHERE task = 'payment_intents'")
    async with stack.database() as work:
        taken = await lease_list_cursor(work, "late")
    assert taken is not None
    assert taken.task == "payment_intents"
    return taken


async def read_by_another(stack: WorkerStack) -> None:
    """End the late worker's lease, and let another worker read its list."""
    await stack.sql("UPDATE list_cursor SET leased_until = now() WHERE leased_until IS NOT NULL")
    await reconcile(stack.new_worker("other"), asyncio.Event())


async def test_a_page_that_a_late_worker_read_long_ago_opens_no_discrepancy(stack: WorkerStack) -> None:
    await reconcile_all(stack)
    intent = await create_stray_intent(stack)
    ice, context = freezing(stack)
    late = await freeze(ice, read_leased_list(reconciliation_of(context), await lease_intents_list(stack)))
    await stack.context.stripe.v1.payment_intents.cancel_async(intent["id"])
    await read_by_another(stack)
    before = await all_of(stack, "reading")
    await late.wake()
    assert (await discrepancies(stack), await admin_notifications(stack)) == ([], [])
    assert await all_of(stack, "reading") == before


async def test_a_late_worker_that_met_an_outage_delays_no_other_worker(stack: WorkerStack) -> None:
    await reconcile_all(stack)
    await stack.inject_fault("GET /v1/payment_intents", "reset", times=9)
    ice, context = freezing(stack)
    late = await freeze(ice, read_leased_list(reconciliation_of(context), await lease_intents_list(stack)))
    await stack.clear_faults()
    await read_by_another(stack)
    before = await all_of(stack, "reading")
    await late.wake()
    assert await all_of(stack, "reading") == before


async def late_recheck(stack: WorkerStack, seen: ObservedDiscrepancy) -> FrozenWorker:
    """Freeze a worker that rechecked this discrepancy, found it gone, and has not closed it yet."""
    async with stack.database() as work:
        await report_discrepancy(work, seen)
        (known,) = await list_open_discrepancies_after(work, 0, 2)
    ice, context = freezing(stack, through=1)
    return await freeze(ice, recheck_discrepancy(reconciliation_of(context), known))


async def test_a_late_recheck_does_not_close_a_discrepancy_that_was_seen_meanwhile(stack: WorkerStack) -> None:
    seen = ObservedDiscrepancy(kind=DiscrepancyKind.ORPHAN_PAYOUT, subject="payable 0", campus_id=stack.campus.id)
    late = await late_recheck(stack, seen)
    async with stack.database() as work:
        await report_discrepancy(work, seen)
    await late.wake()
    assert await discrepancies(stack) == [("orphan_payout", "payable 0", "")]


async def test_a_late_recheck_does_not_answer_a_later_request(stack: WorkerStack) -> None:
    await create_stray_intent(stack)
    await reconcile_all(stack)
    admin, ask = await new_admin(stack), reconciliation_use_cases.request_discrepancy_recheck
    async with stack.database() as work:
        (known,) = await list_open_discrepancies_after(work, 0, 2)
        await ask(work, stack.campus, admin, known.id, -200)
    ice, context = freezing(stack, through=2)
    late = await freeze(ice, recheck_requested(reconciliation_of(context)))
    await reconcile(stack.new_worker("other"), asyncio.Event())
    async with stack.database() as work:
        await ask(work, stack.campus, admin, known.id, -200)
    await late.wake()
    assert (await admin_notifications(stack)).count("notification-discrepancy-remains") == 1
    assert len(await stack.rows("SELECT 1 FROM discrepancy WHERE recheck_requested_at IS NOT NULL")) == 1
