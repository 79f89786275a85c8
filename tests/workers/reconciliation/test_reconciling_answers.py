"""What becomes of a discrepancy: rechecked on request, settled for good, or told again; and the cost of a pass."""

import asyncio

import pytest

from domain.inbox.repository import lock_user
from domain.reconciliation import use_cases as reconciliation_use_cases
from domain.reconciliation.list_cursor_repository import LIST_CURSOR_LOCK, lease_list_cursor
from tests.cases import case
from tests.scenarios.reconciliation_setup import (
    admin_notifications,
    create_stray_intent,
    discrepancies,
    reconcile_all,
    stripe_call_paths,
)
from tests.scenarios.refund_setup import receive_event
from tests.scenarios.scenario_setup import new_admin
from tests.stack.command_line import run_command
from tests.stack.worker_stack import NAME_NUMBERS, WorkerStack
from workers.commands.reconcile import main
from workers.reconciliation.reconciler import read_leased_list, reconcile
from workers.reconciliation.reconciliation_context import new_reconciliation_context
from workers.stripe.gateway_cards import create_customer

pytestmark = pytest.mark.drill


async def discrepancy_number(stack: WorkerStack, subject: str) -> int:
    """The number of the only discrepancy."""
    ((number,),) = await stack.rows("SELECT id FROM discrepancy WHERE subject = :subject", subject=subject)
    return int(number)


async def request_recheck(stack: WorkerStack, number: int) -> None:
    """Tap [Look again] as an admin, and let a worker recheck."""
    async with stack.database() as work:
        await reconciliation_use_cases.request_discrepancy_recheck(
            work, stack.campus, await new_admin(stack), number, -200
        )
    await reconcile(stack.new_worker("looker"), asyncio.Event())


async def test_an_admin_who_asks_is_answered_and_a_gone_discrepancy_is_closed(stack: WorkerStack) -> None:
    intent = await create_stray_intent(stack)
    await reconcile_all(stack)
    number = await discrepancy_number(stack, intent["id"])
    await request_recheck(stack, number)
    assert (await admin_notifications(stack))[-1] == "notification-discrepancy-remains"
    await stack.context.stripe.v1.payment_intents.cancel_async(intent["id"])
    await request_recheck(stack, number)
    assert (await admin_notifications(stack))[-1] == "notification-discrepancy-gone"
    assert await discrepancies(stack) == []
    assert await stack.rows("SELECT 1 FROM discrepancy WHERE recheck_requested_at IS NOT NULL") == []


async def test_what_a_person_settled_stays_so_until_it_is_about_another_amount(stack: WorkerStack) -> None:
    intent = await create_stray_intent(stack)
    await reconcile_all(stack)
    admin = await new_admin(stack)
    async with stack.database() as work:
        await reconciliation_use_cases.settle_discrepancy(
            work, stack.campus, admin, await discrepancy_number(stack, intent["id"]), "nobody, the shop's own test"
        )
    await stack.sql("UPDATE list_cursor SET seen_until = seen_until - 60 WHERE task = 'payment_intents'")
    await reconcile_all(stack)
    assert await discrepancies(stack) == []
    assert (await admin_notifications(stack)).count("notification-discrepancy") == 1
    await stack.context.stripe.v1.payment_intents.capture_async(intent["id"], {"amount_to_capture": 500})
    await reconcile_all(stack)
    assert ("unknown_intent", intent["id"], "succeeded") in await discrepancies(stack)


@case(35)
async def test_a_webhook_about_an_orphan_hold_makes_the_sweep_come_soon(stack: WorkerStack) -> None:
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    row = await stack.saga(order, "create_order")
    await stack.cancel(customer, order)
    await stack.run_due()
    await reconcile_all(stack)
    await stack.sql("UPDATE list_cursor SET ended_at = now() - interval '2 minutes'")
    late = await create_stray_intent(stack, saga=str(row.id), order=str(order.id), call="late")
    await reconcile(stack.new_worker("sweeper"), asyncio.Event())
    assert await discrepancies(stack, "mended") == [], "the hour of its list has not come"
    await receive_event(stack, "evt_late", late)
    await reconcile(stack.new_worker("sweeper"), asyncio.Event())
    assert [subject for _, subject, _ in await discrepancies(stack, "mended")] == [late["id"]]


async def test_a_list_longer_than_a_pass_is_read_on_by_the_next_where_it_stopped(stack: WorkerStack) -> None:
    for _ in range(120):
        await create_customer(stack.context.stripe, {}, f"customer:{next(NAME_NUMBERS)}")
    await reconcile(stack.new_worker("first"), asyncio.Event())
    await stack.sql("UPDATE list_cursor SET due_at = now() WHERE task = 'events'")
    async with stack.database() as work:
        taken = await lease_list_cursor(work, "first")
    assert taken is not None
    assert not await read_leased_list(
        new_reconciliation_context(stack.new_worker("first"), asyncio.Event(), max_calls=1), taken
    )
    first = {row.id for row in await stack.rows("SELECT id FROM stripe_event")}
    assert len(first) == 100
    ((seen, cursor),) = await stack.rows("SELECT seen_until, cursor FROM list_cursor WHERE task = 'events'")
    assert (seen, cursor in first) == (None, True), "the watermark waits for the end of the list"
    await stack.sql("UPDATE list_cursor SET due_at = now() WHERE task = 'events'")
    before = len(await stripe_call_paths(stack))
    await reconcile(stack.new_worker("second"), asyncio.Event())
    assert len(await stripe_call_paths(stack)) == before + 1
    kept = {row.id for row in await stack.rows("SELECT id FROM stripe_event")}
    assert kept == {event["id"] for event in await stack.inspect_stripe("objects", kind="event")}


async def test_no_person_whose_number_is_that_of_the_lock_holds_up_the_lists(stack: WorkerStack) -> None:
    await reconcile(stack.new_worker("first"), asyncio.Event())
    await stack.sql("UPDATE list_cursor SET due_at = now() WHERE task = 'events'")
    async with stack.database() as busy:
        await lock_user(busy, LIST_CURSOR_LOCK[0])
        async with asyncio.timeout(5), stack.database() as work:
            assert await lease_list_cursor(work, "first") is not None


async def test_the_command_compares_everything_and_says_what_differs(stack: WorkerStack, database_url: str) -> None:
    intent = await create_stray_intent(stack)
    settings = {"DATABASE_URL": database_url, "STRIPE_API_URL": stack.stripe_url, "STRIPE_SECRET_KEY": "sk_test_stack"}
    ended = await run_command(lambda _: main(), (), settings)
    assert ended.status == 1, ended.stderr
    assert "1 discrepancies" in ended.stdout
    assert intent["id"] in ended.stdout
    assert "S$7.00" in ended.stdout
