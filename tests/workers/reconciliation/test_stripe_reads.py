"""Tests of how often Stripe is read: an order, an idle month, an account, and pages that people abandon."""

import asyncio
from datetime import timedelta

import pytest

from domain.campuses.windows import Windows
from domain.reconciliation.list_cursor_repository import lease_list_cursor
from domain.saga.next_move import poll_delay
from tests.scenarios.reconciliation_setup import reconcile_all, reconcile_once, stripe_call_paths
from tests.stack.worker_stack import WorkerStack
from workers.reconciliation.missed_events import store_missed_events
from workers.reconciliation.reconciliation_context import new_reconciliation_context
from workers.stripe.objects.event import StripeEvent

pytestmark = pytest.mark.drill

MONTH = timedelta(days=30)


async def delay_of(stack: WorkerStack, task: str) -> timedelta:
    """How long a list rests since it was read to its end."""
    (row,) = await stack.rows("SELECT due_at - ended_at AS delay FROM list_cursor WHERE task = :task", task=task)
    delay: timedelta = row.delay
    return delay


def polls_in(window: timedelta) -> int:
    """How often a saga polls that waits for the whole window."""
    waited, polls = timedelta(0), 0
    while waited < window:
        waited += poll_delay(waited)
        polls += 1
    return polls


async def list_events_that_no_webhook_brought(stack: WorkerStack, kind: str, *, minutes_ago: int) -> None:
    """Let a page of Stripe's list show an event of this age."""
    await stack.sql("UPDATE list_cursor SET due_at = now() + interval '1 hour' WHERE task <> 'events'")
    await stack.sql("UPDATE list_cursor SET due_at = now(), leased_until = NULL WHERE task = 'events'")
    async with stack.database() as work:
        list_cursor = await lease_list_cursor(work, "comparer")
        created = int(work.now.timestamp()) - 60 * minutes_ago
    assert list_cursor is not None and list_cursor.task == "events"
    event = StripeEvent(id=f"evt_{kind}_{minutes_ago}", type=kind, account=None, created=created, payload={})
    context = new_reconciliation_context(stack.context, asyncio.Event())
    await store_missed_events(context, list_cursor, [event])
    await stack.sql("UPDATE list_cursor SET leased_until = NULL")


async def test_an_idle_month_reads_stripe_less_than_its_least_allocation(stack: WorkerStack) -> None:
    await stack.add_member(runner=True, card=None)
    await reconcile_all(stack)
    before = len(await stripe_call_paths(stack))
    await stack.sql("UPDATE list_cursor SET due_at = now()")
    await reconcile_all(stack)
    reads = (await stripe_call_paths(stack))[before:]
    delays = {
        row.task: row.delay for row in await stack.rows("SELECT task, due_at - ended_at AS delay FROM list_cursor")
    }
    read_lists = {task: delay for task, delay in delays.items() if task not in ("rows", "holds", "open")}
    assert len(reads) == len(read_lists), "one read for each list"
    per_month = {task: round(MONTH / delay) for task, delay in read_lists.items()}
    accounts = {task for task in per_month if task.startswith("events:")}
    assert {per_month[task] for task in accounts} == {30}
    assert sum(number for task, number in per_month.items() if task not in accounts) == 5_100


async def test_an_account_with_money_in_flight_is_read_each_hour(stack: WorkerStack) -> None:
    runner = await stack.add_member(runner=True, card=None)
    await stack.delivered_order(runner)
    await reconcile_all(stack)  # finds the account
    await reconcile_all(stack)
    task = f"events:{runner.stripe_account}"
    assert await delay_of(stack, task) == timedelta(hours=1)
    await stack.sql("UPDATE payable SET paid_at = now() - interval '15 days', booked_at = now() - interval '15 days'")
    await stack.sql("UPDATE list_cursor SET due_at = now()")
    await reconcile_all(stack)
    assert await delay_of(stack, task) == timedelta(days=1)


async def test_events_are_read_each_minute_only_while_webhooks_miss_some(stack: WorkerStack) -> None:
    await reconcile_once(stack)
    assert await delay_of(stack, "events") == timedelta(minutes=15)
    await stack.open_order()
    await reconcile_once(stack)
    assert await delay_of(stack, "events") == timedelta(minutes=15), "their webhooks may still be on their way"
    await list_events_that_no_webhook_brought(stack, "charge.dispute.created", minutes_ago=0)
    await list_events_that_no_webhook_brought(stack, "plan.created", minutes_ago=2)
    await reconcile_once(stack)
    assert await delay_of(stack, "events") == timedelta(minutes=15)
    await list_events_that_no_webhook_brought(stack, "charge.dispute.created", minutes_ago=2)
    await reconcile_once(stack)
    assert await delay_of(stack, "events") == timedelta(minutes=1)
    await stack.sql("UPDATE list_cursor SET missed_at = now() - interval '61 minutes'")
    await reconcile_once(stack)
    assert await delay_of(stack, "events") == timedelta(minutes=15)


async def test_an_order_reads_stripe_once(stack: WorkerStack) -> None:
    runner, customer = await stack.add_member(runner=True, card=None), await stack.add_member()
    before = len(await stripe_call_paths(stack))
    await stack.delivered_order(runner, customer)
    calls = (await stripe_call_paths(stack))[before:]
    reads = [call.partition("/pi_")[0] for call in calls if call.startswith("GET")]
    assert reads == ["GET /v1/payment_intents"], "the hold is looked at before the runner pays the shop"


def test_a_page_that_nobody_finishes_is_polled_less_and_less() -> None:
    windows = Windows()
    polls = {
        name: polls_in(timedelta(seconds=getattr(windows, name))) for name in ("card_set_up", "onboarding", "refund")
    }
    assert polls == {"card_set_up": 99, "onboarding": 243, "refund": 795}
