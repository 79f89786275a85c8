"""Reconciliation: events no webhook brought, watermarks that survive, one worker at a time, and dying holds."""

import asyncio

import pytest
from sqlalchemy import select

from domain.orders.states import OrderStatus
from domain.reconciliation.tables import list_cursor
from tests.cases import case
from tests.scenarios.failing_postgres import failing_table
from tests.scenarios.reconciliation_setup import (
    admin_notifications,
    discrepancies,
    reconcile_all,
    reconcile_once,
    stripe_call_paths,
)
from tests.stack.worker_stack import WorkerStack
from workers.reconciliation.reconciler import STRIPE_LISTS, RowCheckFailedError, reconcile

pytestmark = pytest.mark.drill


@case(36)
async def test_events_no_webhook_brought_are_kept_once_and_handled(stack: WorkerStack) -> None:
    """No webhook reaches this test stack at all (edge case 36)."""
    order = await stack.open_order()
    await reconcile_all(stack)
    events = await stack.inspect_stripe("objects", kind="event")
    kept = {row.id for row in await stack.rows("SELECT id FROM stripe_event")}
    assert {event["id"] for event in events} <= kept
    assert await stack.rows("SELECT 1 FROM stripe_event WHERE handled_at IS NULL") == []
    await reconcile_all(stack)
    assert await stack.rows("SELECT id FROM stripe_event GROUP BY id HAVING count(*) > 1") == []
    assert (await stack.order(order.id)).status is OrderStatus.CREATED
    assert await discrepancies(stack) == []


async def test_a_connected_accounts_events_are_read_too(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, card=None)
    await reconcile_all(stack)
    await stack.control_stripe(f"accounts/{runner.stripe_account}", transfers="inactive")
    await reconcile_all(stack)
    rows = await stack.rows("SELECT 1 FROM stripe_event WHERE account = :id", id=runner.stripe_account)
    assert rows
    assert await stack.rows("SELECT 1 FROM stripe_event WHERE handled_at IS NULL") == []


async def test_the_watermark_survives_a_restart_and_a_pass_that_ends_in_the_middle(stack: WorkerStack) -> None:
    await stack.open_order()
    await reconcile_all(stack)
    (before,) = await stack.rows("SELECT seen_until FROM list_cursor WHERE task = 'events'")
    assert before.seen_until > 1_000_000_000
    await stack.sql("UPDATE list_cursor SET seen_until = seen_until + 4000, cursor = NULL WHERE task = 'events'")
    await stack.sql("DELETE FROM stripe_event")
    await reconcile_once(stack, "after a restart")
    assert await stack.rows("SELECT 1 FROM stripe_event") == [], "it went on from the cursor, not from the beginning"
    await stack.sql("UPDATE list_cursor SET seen_until = seen_until - 4000 WHERE task = 'events'")
    stopping = asyncio.Event()
    stopping.set()
    await stack.sql("UPDATE list_cursor SET due_at = now()")
    await reconcile(stack.new_worker("dying"), stopping)
    await reconcile_once(stack, "next")
    assert await stack.rows("SELECT 1 FROM stripe_event") != []


async def test_two_workers_read_each_list_once(stack: WorkerStack) -> None:
    await stack.open_order()
    await reconcile_once(stack)
    before = len(await stripe_call_paths(stack))
    await stack.sql("UPDATE list_cursor SET due_at = now()")
    await asyncio.gather(*(reconcile(stack.new_worker(f"worker {number}"), asyncio.Event()) for number in range(4)))
    calls = (await stripe_call_paths(stack))[before:]
    lists = [
        call for call in calls if call.removeprefix("GET /v1/") in {"events", *STRIPE_LISTS, "balance_transactions"}
    ]
    assert sorted(lists) == sorted(set(lists)), "each list once"
    assert len(lists) == len(STRIPE_LISTS)


async def test_a_dead_workers_list_is_read_on_when_its_lease_is_over(stack: WorkerStack) -> None:
    await reconcile_once(stack)
    await stack.sql(
        "UPDATE list_cursor SET worker = 'dead', leased_until = now() + interval '1 minute', due_at = now()"
        " WHERE task = 'events'"
    )
    before = await stripe_call_paths(stack)
    await reconcile_once(stack)
    assert await stripe_call_paths(stack) == before, "while one worker reads, the others wait"
    await stack.sql("UPDATE list_cursor SET leased_until = now() WHERE task = 'events'")
    await reconcile_once(stack)
    assert (await stripe_call_paths(stack))[len(before) :].count("GET /v1/events") >= 1


async def test_while_stripe_is_away_it_is_asked_once_and_then_left_alone(stack: WorkerStack) -> None:
    await reconcile_once(stack)
    await stack.inject_fault("GET *", "status", status=503, times=100)
    before = len(await stripe_call_paths(stack))
    await reconcile_once(stack)
    assert len(await stripe_call_paths(stack)) == before + 1
    await reconcile(stack.new_worker("other"), asyncio.Event())
    assert len(await stripe_call_paths(stack)) == before + 1, "every list is put off, not that list alone"
    await stack.clear_faults()
    async with stack.database() as work:
        failed = (
            (await work.connection.execute(select(list_cursor.c.error).where(list_cursor.c.failures > 0)))
            .scalars()
            .all()
        )
    assert len(failed) == 1
    await reconcile_all(stack)
    assert await stack.rows("SELECT 1 FROM list_cursor WHERE failures > 0 OR error IS NOT NULL") == []


async def test_a_hold_that_ends_while_its_order_is_in_flight_is_told_once(stack: WorkerStack) -> None:
    """Early enough for a person to act (edge case 26)."""
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.claimed_order(runner)
    await stack.sql("UPDATE hold SET capture_before = now() + interval '11 hours' WHERE order_id = :id", id=order.id)
    await reconcile_once(stack)
    assert await admin_notifications(stack) == [], "nothing is bought yet, so it can still be given back"
    await stack.bring_to_drop_point(runner, order)
    for _ in range(2):
        await reconcile_once(stack)
    assert await admin_notifications(stack) == ["notification-hold-expiring"]


async def test_a_check_of_rows_that_fails_is_told_and_stops_no_other_check(stack: WorkerStack) -> None:
    await stack.delivered_order(await stack.add_member(runner=True, ready=False, card=None))
    await stack.run_due()
    await stack.sql("UPDATE payable SET status = 'sending', booked_at = now() - interval '6 minutes'")
    account = (await stack.add_member(runner=True, card=None)).stripe_account
    async with failing_table(stack, "discrepancy"):
        with pytest.raises(RowCheckFailedError, match="failed: stalled_payouts"):
            await reconcile_once(stack)
    assert await stack.rows("SELECT 1 FROM list_cursor WHERE account = :account", account=account)
    ((error, failures),) = await stack.rows("SELECT error, failures FROM list_cursor WHERE task = 'rows'")
    assert (error, failures) == ("failed: stalled_payouts", 1)
    await reconcile_all(stack)
    assert [kind for kind, _, _ in await discrepancies(stack)] == ["orphan_payout"]
