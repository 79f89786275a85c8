"""A hold captured in part is two balance transactions at Stripe, and a refund that nobody made: nobody is told."""

import pytest

from domain.orders.states import Order
from tests.scenarios.database_backup import bypass_guards
from tests.scenarios.reconciliation_setup import discrepancies, reconcile_all
from tests.scenarios.refund_setup import receive_event
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill


async def order_captured_in_part(stack: WorkerStack) -> Order:
    """A paid order whose hold was larger than its total, with the runner paid."""
    order = await stack.delivered_order(await stack.add_member(runner=True))
    await stack.run_due()
    done = await stack.order(order.id)
    assert done.total is not None
    assert done.total < done.price.ceiling
    return done


async def booked(stack: WorkerStack, order: Order, kind: str) -> int:
    """What a kind of posting added to Stripe's balance for the order, in minor units."""
    query = (
        "SELECT coalesce(sum(e.amount), 0) FROM ledger_txn t JOIN ledger_entry e ON e.txn_id = t.id"
        " JOIN ledger_account a ON a.id = e.account_id"
        " WHERE t.order_id = :order AND t.kind = :kind AND a.code LIKE 'stripe_balance:%'"
    )
    ((found,),) = await stack.rows(query, order=order.id, kind=kind)
    return int(found)


async def test_the_fee_is_that_of_both_and_the_books_are_stripes(stack: WorkerStack) -> None:
    order = await order_captured_in_part(stack)
    movements = await stack.context.stripe.v1.balance_transactions.list_async()
    of_capture = [one for one in movements.data if one.type in ("charge", "refund")]
    assert {one.reporting_category for one in of_capture} == {"charge", "partial_capture_reversal"}
    assert sum(one.amount for one in of_capture) == order.total == await booked(stack, order, "capture")
    assert await booked(stack, order, "fee") == -sum(one.fee for one in of_capture)
    assert max(one.fee for one in of_capture) > sum(one.fee for one in of_capture), "the first is of the whole hold"
    assert await stack.breaches() == []


async def test_the_rest_of_a_hold_is_no_refund_to_anybody(stack: WorkerStack) -> None:
    """Neither by its event, nor by the lists, nor when an admin refunds the order afterwards."""
    order = await order_captured_in_part(stack)
    (rest,) = await stack.inspect_stripe("objects", kind="refund")
    assert (rest["metadata"], rest["amount"]) == ({}, order.price.ceiling - (order.total or 0))
    await receive_event(stack, "evt_rest", rest)
    for _ in range(2):
        await reconcile_all(stack)
    assert await stack.rows("SELECT 1 FROM refund") == []
    assert await discrepancies(stack) == []
    assert not [key for key in await stack.notification_keys(order) if "refund" in key or "discrepancy" in key]
    assert await stack.breaches() == []


async def test_a_fee_that_was_not_known_at_the_capture_is_booked_late_as_that_of_both(stack: WorkerStack) -> None:
    order = await order_captured_in_part(stack)
    fee = await booked(stack, order, "fee")
    lost = f"(SELECT id FROM ledger_txn WHERE kind = 'fee' AND order_id = {order.id})"
    await bypass_guards(
        stack, f"DELETE FROM ledger_entry WHERE txn_id = {lost}", "DELETE FROM ledger_txn WHERE kind = 'fee'"
    )
    await reconcile_all(stack)
    assert await booked(stack, order, "fee") == fee
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []


async def test_a_platform_whose_fees_are_billed_apart_has_no_fee_of_a_part_and_all_is_compared(
    stack: WorkerStack,
) -> None:
    await stack.control_stripe("platform", takes_card_fees=False)
    order = await order_captured_in_part(stack)
    assert await booked(stack, order, "fee") == 0
    await stack.control_stripe("dashboard/move_balance/sgd", type="climate_order_purchase", amount=-100)
    for _ in range(2):
        await reconcile_all(stack)
    assert [kind for kind, _, _ in await discrepancies(stack)] == ["not_booked"]


async def test_an_advance_in_part_of_a_platform_whose_fees_are_billed_apart_is_adopted(stack: WorkerStack) -> None:
    await stack.control_stripe("platform", takes_card_fees=False)
    order = await stack.claimed_order(await stack.add_member(runner=True))
    (intent,) = await stack.intents(order.id)
    await stack.control_stripe(f"dashboard/capture_payment/{intent['id']}", amount=300)
    await reconcile_all(stack)
    assert await booked(stack, order, "advance") == 300
    assert await discrepancies(stack) == []
    assert await stack.breaches() == []
