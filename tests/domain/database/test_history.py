"""The event log and the guards of the orders table: history is never changed, and only legal moves happen."""

from collections.abc import AsyncIterator
from itertools import product

import asyncpg
import pytest

from domain.database.actors import SYSTEM, Actor, Role
from domain.database.event_log_repository import read_order_history
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.orders.repository import move_order, try_move_order
from domain.orders.states import ORDER_TRANSITIONS, Order, OrderEvent, OrderStatus
from tests.stack.concurrent_taps import set_up_open_order
from tests.stack.store_setup import (
    CUSTOMER,
    FIRST_RUNNER,
    found_campus,
    place_order,
)

pytestmark = pytest.mark.drill

RUNNER = Actor(role=Role.RUNNER, person_id=FIRST_RUNNER)


@pytest.fixture
async def plain(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def placed(database: UnitOfWorkFactory) -> Order:
    async with database() as work:
        return await place_order(work, await found_campus(work))


async def test_every_transition_writes_its_line_with_actor_before_after_and_reason(database: UnitOfWorkFactory) -> None:
    campus, order = await set_up_open_order(database)
    unclaimed = {"reason": "unclaimed", "end_reason": "unclaimed"}
    async with database() as work:
        await move_order(work, SYSTEM, campus.id, order.id, OrderEvent.EXPIRED, **unclaimed)
        lines = await read_order_history(work, campus.id, order.id)
    assert [(line.subject, line.event, line.before, line.after, line.actor.role) for line in lines] == [
        ("order", "placed", None, "PENDING", "customer"),
        ("hold", "made", "requested", "held", "system"),
        ("order", "published", "PENDING", "CREATED", "system"),
        ("timer", "set", None, "set", "system"),
        ("order", "expired", "CREATED", "EXPIRED", "system"),
    ]
    assert (lines[0].actor.person_id, lines[-1].reason) == (CUSTOMER, "unclaimed")


async def test_a_refused_move_leaves_no_trace(database: UnitOfWorkFactory) -> None:
    campus, order = await set_up_open_order(database)
    async with database() as work:
        before = await read_order_history(work, campus.id, order.id)
        assert await try_move_order(work, RUNNER, campus.id, order.id, OrderEvent.BOUGHT) is None
        assert await read_order_history(work, campus.id, order.id) == before


async def test_a_transition_that_does_not_commit_leaves_no_history(database: UnitOfWorkFactory) -> None:
    campus, order = await set_up_open_order(database)
    async with database() as work:
        before = await read_order_history(work, campus.id, order.id)
    with pytest.raises(RuntimeError, match="power cut"):
        async with database() as work:
            await move_order(work, SYSTEM, campus.id, order.id, OrderEvent.EXPIRED)
            raise RuntimeError("power cut")
    async with database() as work:
        assert await read_order_history(work, campus.id, order.id) == before


@pytest.mark.parametrize(
    "statement", ["UPDATE event_log SET event = 'x'", "DELETE FROM event_log", "TRUNCATE event_log"]
)
async def test_history_is_never_changed(placed: Order, plain: asyncpg.Connection, statement: str) -> None:
    with pytest.raises(asyncpg.RestrictViolationError, match="event_log is append-only"):
        await plain.execute(statement)


async def test_the_database_allows_exactly_the_moves_of_the_table(placed: Order, plain: asyncpg.Connection) -> None:
    """The checks on columns are dropped here, because this test is about the trigger alone."""
    await plain.execute("ALTER TABLE orders DROP CONSTRAINT orders_runner_by_status_check")
    await plain.execute("ALTER TABLE orders DROP CONSTRAINT orders_total_by_status_check")
    legal = {(before, after) for (before, _), after in ORDER_TRANSITIONS.items()}
    moved = set()
    for before, after in product(OrderStatus, OrderStatus):
        await plain.execute("ALTER TABLE orders DISABLE TRIGGER orders_move")
        await plain.execute("UPDATE orders SET status = $1 WHERE id = $2", before, placed.id)
        await plain.execute("ALTER TABLE orders ENABLE TRIGGER orders_move")
        try:
            await plain.execute("UPDATE orders SET status = $1 WHERE id = $2", after, placed.id)
        except asyncpg.CheckViolationError:
            continue
        moved.add((before, after))
    assert moved == legal | {(status, status) for status in OrderStatus}


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("ceiling = ceiling + 1", "ceiling_sum"),
        ("runner_id = customer_id, status = 'ACCEPTED'", "not_own"),
        ("runner_id = 2001", "runner_by_status"),
        ("receipt = shop_limit + 1", "receipt_within"),
        ("receipt = 0", "receipt_within"),
        ("receipt = 900, total = ceiling + 1", "total_sum"),
        ("receipt = 900, total = 900 + 380, runner_share = 899", "share_within"),
        ("runner_id = 2001, status = 'LOST'", "status_known"),
    ],
)
async def test_an_order_that_contradicts_itself_is_refused(
    placed: Order, plain: asyncpg.Connection, change: str, constraint: str
) -> None:
    await plain.execute("ALTER TABLE orders DISABLE TRIGGER orders_move")
    with pytest.raises(asyncpg.CheckViolationError, match=f"orders_{constraint}_check"):
        await plain.execute(f"UPDATE orders SET {change} WHERE id = $1", placed.id)


async def test_an_order_has_one_current_hold_only(placed: Order, plain: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.UniqueViolationError, match="hold_one_current"):
        await plain.execute(
            "INSERT INTO hold (order_id, saga_id, status, amount, currency)"
            " VALUES ($1, gen_random_uuid(), 'requested', 1, 'sgd')",
            placed.id,
        )


@pytest.mark.parametrize(
    "change", ["captured = 1", "status = 'held'", "status = 'captured', payment_intent = 'pi'", "captured = -1"]
)
async def test_a_hold_that_contradicts_itself_is_refused(placed: Order, plain: asyncpg.Connection, change: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await plain.execute(f"UPDATE hold SET {change} WHERE order_id = $1", placed.id)
