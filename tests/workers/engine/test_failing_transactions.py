"""A database that fails while the outcome of a call is recorded: either all of it is written, or nothing."""

import pytest

from domain.orders.states import OrderStatus
from tests.cases import case
from tests.fuzz.fuzz_depth import sample
from tests.scenarios.failing_postgres import failing_table
from tests.stack.worker_stack import WorkerStack

pytestmark = pytest.mark.drill


@case(4)
@pytest.mark.parametrize("at_commit", [False, True], ids=["in the middle", "at the commit"])
@pytest.mark.parametrize(
    "table", sample(["hold", "ledger_txn", "ledger_entry", "payable", "order_message", "event_log"], 2, 1)
)
async def test_m16_a_capture_is_booked_whole_or_not_at_all(
    shared_stack: WorkerStack, table: str, at_commit: bool
) -> None:
    stack = shared_stack
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    async with failing_table(stack, table, at_commit=at_commit):
        await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.DELIVERED
    assert await stack.rows("SELECT captured FROM hold WHERE order_id = :id", id=order.id) == [(0,)]
    for empty in ("ledger_txn", "payable"):
        assert await stack.rows(f"SELECT id FROM {empty} WHERE order_id = :id", id=order.id) == []
    row = await stack.saga(order, "complete_order")
    assert row.status == "running" and row.tries >= 1, "on a busy machine a retry may have begun"
    assert "broken" in row.error
    await stack.run_now()
    assert (await stack.order(order.id)).status is OrderStatus.COMPLETED
    assert len(await stack.transfers(order.id)) == 1
    assert await stack.breaches() == []


@pytest.mark.parametrize("table", sample(["hold", "orders", "timer", "order_message"], 2, 0))
async def test_s10_an_order_is_published_with_its_deadline_or_not_at_all(shared_stack: WorkerStack, table: str) -> None:
    """Also covers M16."""
    stack = shared_stack
    order = await stack.place_order(await stack.add_member())
    async with failing_table(stack, table):
        await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.PENDING
    assert await stack.rows("SELECT id FROM timer WHERE order_id = :id", id=order.id) == []
    assert await stack.rows("SELECT status FROM hold WHERE order_id = :id", id=order.id) == [("requested",)]
    await stack.run_now()
    assert (await stack.order(order.id)).status is OrderStatus.CREATED
    assert await stack.rows("SELECT status FROM timer WHERE order_id = :id", id=order.id) == [("set",)] * 3
    assert len(await stack.intents(order.id)) == 1


@pytest.mark.parametrize("table", sample(["saga", "order_message", "notification", "event_log"], 2, 1))
async def test_a_claim_is_written_whole_or_not_at_all(shared_stack: WorkerStack, table: str) -> None:
    stack = shared_stack
    runner, order = await stack.add_member(runner=True, card=None), await stack.open_order()
    async with failing_table(stack, table):
        with pytest.raises(Exception, match="broken on purpose"):
            await stack.claim(runner, order)
    assert await stack.order(order.id) == order
    await stack.claim(runner, order)
    await stack.run_due()
    assert (await stack.order(order.id)).hold_checked


@case(4)
@pytest.mark.parametrize("table", sample(["payable", "ledger_entry", "notification"], 2, 0))
async def test_m16_a_transfer_is_booked_whole_or_not_at_all(shared_stack: WorkerStack, table: str) -> None:
    """Also covers M4."""
    stack = shared_stack
    order = await stack.delivered_order(await stack.add_member(runner=True, card=None))
    await stack.inject_fault("POST /v1/transfers", "status", status=429)
    await stack.run_due()
    async with failing_table(stack, table):
        await stack.run_now()
    assert await stack.rows("SELECT status FROM payable WHERE order_id = :id", id=order.id) == [("sending",)]
    assert await stack.rows("SELECT id FROM ledger_txn WHERE order_id = :id AND kind = 'transfer'", id=order.id) == []
    assert "notification-paid" not in await stack.notification_keys(order)
    await stack.run_now()
    assert await stack.rows("SELECT status FROM payable WHERE order_id = :id", id=order.id) == [("paid",)]
    assert await stack.breaches() == []
