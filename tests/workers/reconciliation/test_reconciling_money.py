"""Money on which our rows and Stripe disagree: orphans, late objects, cents, fees, and a restored backup."""

import pytest

from domain.orders.states import Order, OrderStatus
from tests.cases import case
from tests.scenarios.database_backup import back_up_database, bypass_guards, restore_database
from tests.scenarios.reconciliation_setup import (
    admin_notifications,
    create_stray_intent,
    create_stray_transfer,
    discrepancies,
    reconcile_all,
    reconcile_once,
)
from tests.stack.worker_stack import WorkerStack
from workers.stripe.gateway_intents import retrieve_intent
from workers.stripe.gateway_payouts import retrieve_transfer

pytestmark = pytest.mark.drill

UNCAPTURED = "requires_capture"


async def completed_order(stack: WorkerStack) -> Order:
    """Return an order whose money has moved."""
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.run_due()
    return await stack.order(order.id)


@case(59)
async def test_payments_and_transfers_that_nobody_knows_are_told_once_and_touched_by_nobody(stack: WorkerStack) -> None:
    """Covers edge case 59."""
    order = await completed_order(stack)
    runner = await stack.add_member(runner=True, card=None)
    intent = await create_stray_intent(stack)
    transfer = await create_stray_transfer(stack, order, str(runner.stripe_account))
    for _ in range(2):
        await reconcile_all(stack)
    found = await discrepancies(stack)
    assert ("unknown_intent", intent["id"], UNCAPTURED) in found
    assert ("unknown_transfer", transfer["id"], runner.stripe_account) in found
    assert [kind for kind, _, _ in found] == ["unknown_intent", "unknown_transfer"], "one for each act"
    assert set(await admin_notifications(stack)) == {"notification-discrepancy", "notification-discrepancy-transfer"}
    assert len(await admin_notifications(stack)) == len(found)
    assert (await retrieve_intent(stack.context.stripe, intent["id"])).status == UNCAPTURED
    assert (await retrieve_transfer(stack.context.stripe, transfer["id"])).amount_reversed == 0
    await stack.context.stripe.v1.payment_intents.cancel_async(intent["id"])
    await reconcile_all(stack)
    assert await discrepancies(stack, "gone") == [("unknown_intent", intent["id"], "canceled")]


@case(11)
async def test_a_hold_that_stripe_made_too_late_is_released(stack: WorkerStack) -> None:
    """Its saga run is over (edge case 11)."""
    customer = await stack.add_member()
    order = await stack.open_order(customer)
    row = await stack.saga(order, "create_order")
    await stack.cancel(customer, order)
    await stack.run_due()
    late = await create_stray_intent(stack, saga=str(row.id), order=str(order.id), call="late")
    for _ in range(2):
        await reconcile_all(stack)
    (found,) = [one for one in await stack.intents(order.id) if one["id"] == late["id"]]
    assert found["status"] == "canceled"
    assert await discrepancies(stack) == []
    assert [kind for kind, _, _ in await discrepancies(stack, "mended")] == ["late_intent"]
    assert await admin_notifications(stack) == []
    assert await stack.breaches() == []


@case(35)
async def test_a_hold_of_a_running_saga_is_left_alone(stack: WorkerStack) -> None:
    """Stripe lists it before our saga records it (edge case 35)."""
    order = await stack.place_order(await stack.add_member())
    row = await stack.saga(order, "create_order")
    late = await create_stray_intent(stack, saga=str(row.id), order=str(order.id), call="early")
    await reconcile_once(stack)
    assert await discrepancies(stack) == []
    assert await discrepancies(stack, "mended") == []
    (since,) = await stack.rows("SELECT seen_until FROM list_cursor WHERE task = 'payment_intents'")
    assert since.seen_until <= late["created"], "it is checked again"


@case(11)
async def test_a_transfer_that_came_too_late_is_taken_back_and_booked(stack: WorkerStack) -> None:
    """The refused transfer was taken for one that does not exist; the next try pays the runner once (edge case 11)."""
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.delivered_order(runner)
    await stack.control_stripe(f"accounts/{runner.stripe_account}", transfers="inactive")
    await stack.run_due()
    row = await stack.saga(order, "pay_out_runner")
    assert row.status == "compensated"
    await stack.control_stripe(f"accounts/{runner.stripe_account}", transfers="active")
    late = await create_stray_transfer(stack, order, str(runner.stripe_account), saga=str(row.id), call="late")
    for _ in range(2):
        await reconcile_all(stack)
    assert (await retrieve_transfer(stack.context.stripe, late["id"])).amount_reversed == 50
    assert await discrepancies(stack) == []
    assert [kind for kind, _, _ in await discrepancies(stack, "mended")] == ["late_transfer"]
    assert [tuple(one) for one in await stack.rows("SELECT status, sent FROM payable")] == [("paid", 1030)]
    await reconcile_all(stack)
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []


async def test_a_late_transfer_that_cannot_be_taken_back_is_a_persons_case(stack: WorkerStack) -> None:
    """Covers edge case 41."""
    runner = await stack.add_member(runner=True, card=None)
    order = await stack.delivered_order(runner)
    await stack.control_stripe(f"accounts/{runner.stripe_account}", transfers="inactive")
    await stack.run_due()
    row = await stack.saga(order, "pay_out_runner")
    await stack.control_stripe(f"accounts/{runner.stripe_account}", transfers="active")
    late = await create_stray_transfer(stack, order, str(runner.stripe_account), saga=str(row.id), call="late")
    await stack.control_stripe(f"accounts/{runner.stripe_account}", pay_out=True)
    await reconcile_all(stack)
    kinds = {kind: note for kind, subject, note in await discrepancies(stack) if subject == late["id"]}
    assert "does not have sufficient funds" in kinds["late_transfer"]
    assert "notification-discrepancy" in await admin_notifications(stack)


@case(60)
async def test_a_ledger_that_is_a_cent_off_is_a_discrepancy_until_it_is_not(stack: WorkerStack) -> None:
    """Covers edge case 60."""
    order = await completed_order(stack)
    await reconcile_all(stack)
    assert await discrepancies(stack) == []
    moved = "UPDATE ledger_entry SET amount = amount {} sign(amount) WHERE txn_id ="
    of_capture = f" (SELECT id FROM ledger_txn WHERE kind = 'capture' AND order_id = {order.id}) AND line IN (1, 3)"
    await bypass_guards(stack, moved.format("+") + of_capture)
    await reconcile_all(stack)
    ((local_value, remote_value),) = await stack.rows(
        "SELECT local_value, remote_value FROM discrepancy WHERE kind = 'amount_mismatch'"
    )
    assert (local_value, remote_value) == (1131, 1130)
    await bypass_guards(stack, moved.format("-") + of_capture)
    await reconcile_all(stack)
    assert await discrepancies(stack) == []
    assert [kind for kind, _, _ in await discrepancies(stack, "gone")] == ["amount_mismatch"], "it explains the sum too"


async def test_a_fee_that_was_not_known_at_the_capture_is_booked_late(stack: WorkerStack) -> None:
    order = await completed_order(stack)
    lost = f"(SELECT id FROM ledger_txn WHERE kind = 'fee' AND order_id = {order.id})"
    await bypass_guards(
        stack, f"DELETE FROM ledger_entry WHERE txn_id = {lost}", "DELETE FROM ledger_txn WHERE kind = 'fee'"
    )
    assert [finding.name for finding in await stack.breaches()] == ["I6"]
    await reconcile_all(stack)
    assert await stack.breaches() == []
    assert await discrepancies(stack) == []


async def test_a_hold_that_is_gone_before_anybody_claimed_the_order_is_told(stack: WorkerStack) -> None:
    order = await stack.open_order()
    (intent,) = await stack.intents(order.id)
    await stack.context.stripe.v1.payment_intents.cancel_async(intent["id"])
    await reconcile_all(stack)
    assert await discrepancies(stack) == [], "it is too recent: a saga may still handle it"
    await stack.sql("UPDATE hold SET made_at = now() - interval '6 minutes'")
    await reconcile_all(stack)
    assert await discrepancies(stack) == [("hold_mismatch", intent["id"], "held / canceled")]
    assert (await stack.order(order.id)).status is OrderStatus.CREATED


async def test_a_hold_that_is_gone_while_its_order_goes_on_is_told_once_and_is_no_discrepancy(
    stack: WorkerStack,
) -> None:
    """The list of events says so, and the check of unfinished holds finds it without events (edge case 27)."""
    order = await stack.claimed_order(await stack.add_member(runner=True, card=None))
    (intent,) = await stack.intents(order.id)
    await stack.context.stripe.v1.payment_intents.cancel_async(intent["id"])
    await stack.sql("UPDATE hold SET made_at = now() - interval '6 minutes'")
    for _ in range(2):
        await reconcile_all(stack)
    assert await discrepancies(stack) == []
    assert (await stack.notification_keys(order, stack.campus.admin_chat)).count("notification-hold-lapsed") == 1
    assert (await stack.order(order.id)).status is OrderStatus.ACCEPTED


@case(54)
async def test_after_a_restored_backup_every_forgotten_object_is_listed_and_nothing_is_paid_twice(
    stack: WorkerStack,
) -> None:
    """An hour of data is lost (edge case 54)."""
    ana, ben = [await stack.add_member(runner=True, card=None) for _ in range(2)]
    in_flight = await stack.claimed_order(ana)
    order_at_drop_point = await stack.delivered_order(ben)
    await back_up_database(stack)
    await stack.bring_to_drop_point(ana, in_flight)
    await stack.hand_over(ana, in_flight)
    await stack.run_due()
    forgotten = await stack.open_order()
    known = {
        kind: {one["id"] for one in await stack.inspect_stripe("objects", kind=kind)}
        for kind in ("payment_intent", "transfer")
    }
    await restore_database(stack)
    await reconcile_all(stack)
    await stack.run_due()
    found = await discrepancies(stack)
    (lost,) = [one["id"] for one in await stack.intents(forgotten.id)]
    assert ("unknown_intent", lost, UNCAPTURED) in found
    assert {subject for kind, subject, _ in found if kind == "unknown_transfer"} == known["transfer"]
    await stack.bring_to_drop_point(ana, in_flight)
    await stack.hand_over(ana, in_flight)
    await stack.run_due()
    for order in (in_flight, order_at_drop_point):
        assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
        assert len(await stack.transfers(order.id)) == 1
        assert [one["status"] for one in await stack.intents(order.id)] == ["succeeded"]
    assert {one["id"] for one in await stack.inspect_stripe("objects", kind="payment_intent")} == known[
        "payment_intent"
    ]


async def test_a_payout_that_no_saga_sends_is_told_until_it_is_sent(stack: WorkerStack) -> None:
    order = await stack.delivered_order(await stack.add_member(runner=True, ready=False, card=None))
    await stack.run_due()
    await stack.sql("UPDATE payable SET status = 'sending', booked_at = now() - interval '6 minutes'")
    await reconcile_all(stack)
    assert [kind for kind, _, _ in await discrepancies(stack)] == ["orphan_payout"]
    await stack.sql("UPDATE payable SET status = 'open' WHERE order_id = :id", id=order.id)
    await reconcile_all(stack)
    assert await discrepancies(stack) == []
