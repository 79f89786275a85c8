"""Orders that expire at the same time do so in one transaction; a refused or faulty one is left out alone."""

from collections.abc import Sequence

from domain.orders.states import Order, OrderStatus
from tests.stack.worker_stack import WorkerStack
from tests.statements.statement_count import counted_statements
from workers.scheduling.due_timers import fire_timers

DUE = "UPDATE timer SET due_at = now(), status = 'set' WHERE kind = 'expire' AND order_id = ANY(:ids)"


async def fire_together(stack: WorkerStack, orders: Sequence[Order]) -> int:
    """Let the deadlines of these orders pass and fire them. Return the statements that it took."""
    await stack.sql(DUE, ids=[order.id for order in orders])
    async with stack.context.database() as work:
        pool = work.connection.engine.sync_engine.pool
    with counted_statements(pool) as counter:
        await fire_timers(stack.context)
    return len(counter.present.worker)


async def timer_states(stack: WorkerStack, orders: Sequence[Order]) -> list[str]:
    """Return the status of each order's newest deadline."""
    query = "SELECT status FROM timer WHERE kind = 'expire' AND order_id = :id ORDER BY id DESC LIMIT 1"
    return [str((await stack.rows(query, id=order.id))[0][0]) for order in orders]


async def assert_expired_once(stack: WorkerStack, order: Order) -> None:
    """Check that the order expired, with one line of the log, one saga, and one notification."""
    assert (await stack.order(order.id)).status is OrderStatus.EXPIRED
    assert (await stack.rows_of(order, "event_log", "event")).count(("expired",)) == 1
    assert len(await stack.rows("SELECT 1 FROM saga WHERE order_id = :id AND kind = 'expire_order'", id=order.id)) == 1
    assert await stack.notification_keys(order, order.customer_id) == ["notification-expired"]


async def test_many_orders_expire_with_as_many_statements_as_one(stack: WorkerStack) -> None:
    alone = await fire_together(stack, [await stack.open_order()])
    orders = [await stack.open_order() for _ in range(5)]
    assert await fire_together(stack, orders) == alone
    for order in orders:
        await assert_expired_once(stack, order)


async def test_a_refused_order_is_left_out_of_those_that_expire_together(stack: WorkerStack) -> None:
    """One was claimed meanwhile."""
    claimed = await stack.claimed_order(await stack.add_member(runner=True, card=None))
    orders = [await stack.open_order(), claimed, await stack.open_order()]
    await fire_together(stack, orders)
    assert (await stack.order(claimed.id)).status is OrderStatus.ACCEPTED
    assert "expire_order" not in await stack.saga_states(claimed.id)
    for order in (orders[0], orders[2]):
        await assert_expired_once(stack, order)
    assert await timer_states(stack, orders) == ["fired", "fired", "fired"]


async def test_a_saga_that_was_started_before_is_left_out_of_those_that_start_together(stack: WorkerStack) -> None:
    orders = [await stack.open_order() for _ in range(4)]
    started = orders[1]
    await stack.sql(
        "INSERT INTO saga (id, name, kind, version, campus_id, order_id, status, position, ended_at)"
        " SELECT gen_random_uuid(), 'expire_order:' || order_id || ':' || id, 'expire_order', 1, campus_id, order_id,"
        " 'done', 4, now() FROM timer WHERE order_id = :id AND kind = 'expire'",
        id=started.id,
    )
    await fire_together(stack, orders)
    assert (await stack.order(started.id)).status is OrderStatus.CREATED
    assert ("expired",) not in await stack.rows_of(started, "event_log", "event")
    assert await stack.notification_keys(started, started.customer_id) == []
    for order in (orders[0], *orders[2:]):
        await assert_expired_once(stack, order)
    assert await timer_states(stack, orders) == ["fired"] * 4


async def test_a_fault_of_ours_with_one_order_leaves_out_that_order_alone(stack: WorkerStack) -> None:
    """It is tried again later; the others have expired, each once."""
    orders = [await stack.open_order() for _ in range(5)]
    faulty = orders[3]
    await stack.sql("UPDATE orders SET items = '[{}]' WHERE id = :id", id=faulty.id)
    await fire_together(stack, orders)
    for order in (*orders[:3], orders[4]):
        await assert_expired_once(stack, order)
    assert await timer_states(stack, orders) == ["fired", "fired", "fired", "set", "fired"]
    assert await stack.rows("SELECT tries FROM timer WHERE order_id = :id AND kind = 'expire'", id=faulty.id) == [(1,)]
    await stack.sql("UPDATE orders SET items = '[]' WHERE id = :id", id=faulty.id)
    await fire_together(stack, [faulty])
    await assert_expired_once(stack, faulty)
