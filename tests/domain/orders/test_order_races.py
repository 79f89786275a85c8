"""Races on an order: claim, cancel and expiry at one instant, cancel against publishing, two workers on one saga."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from random import Random

import pytest

from domain.campuses.people import Member
from domain.orders.states import Order, OrderStatus
from domain.orders.use_cases import admin_orders, running
from tests.cases import case
from tests.fuzz.fuzz_depth import iterations
from tests.scenarios.scenario_setup import new_admin
from tests.scenarios.worker_faults import watched_worker
from tests.stack.frozen import Freezing, freeze
from tests.stack.races import NEAR_LEAD_SECONDS, is_accepted, race, race_starts
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga
from workers.scheduling.due_timers import fire_timers
from workers.scheduling.due_work_repository import list_due_sagas

pytestmark = pytest.mark.drill

REPETITIONS = iterations(12, 60)
EXPIRE_NOW_SQL = (  # locks the order first, as everything else does
    "WITH held AS (SELECT id FROM orders WHERE id = :id FOR NO KEY UPDATE) UPDATE timer SET due_at = now()"
    " WHERE order_id IN (SELECT id FROM held) AND status = 'set'"
)


async def expire(stack: WorkerStack, order: Order) -> None:
    """Let all deadlines of an order come now."""
    await stack.sql(EXPIRE_NOW_SQL, id=order.id)
    await fire_timers(stack.context)


@case(21)
async def test_m10_of_claim_cancel_and_expiry_at_one_instant_exactly_one_wins(stack: WorkerStack) -> None:
    """The money follows the winner (S12)."""
    ends = (OrderStatus.ACCEPTED, OrderStatus.CANCELLED, OrderStatus.EXPIRED)
    customer = await stack.add_member()
    for begin in race_starts(3, REPETITIONS, seed=7):
        order = await stack.open_order(customer)
        runner = await stack.add_member(runner=True, ready=False, card=None)
        claimed, cancelled, _ = await race(
            begin,
            partial(is_accepted, partial(stack.claim, runner, order)),
            partial(is_accepted, partial(stack.cancel, customer, order)),
            partial(expire, stack, order),
        )
        await stack.run_due()
        ended = await stack.order(order.id)
        assert ended.status in (ends if begin.first is None else (ends[begin.first],))
        assert (claimed, cancelled) == (ended.status is OrderStatus.ACCEPTED, ended.status is OrderStatus.CANCELLED)
        assert (ended.runner_id is not None) is claimed
        left = "SELECT after FROM event_log WHERE order_id = :id AND before = 'CREATED'"
        assert await stack.rows(left, id=order.id) == [(ended.status,)]
        (intent,) = await stack.intents(order.id)
        assert intent["status"] == ("requires_capture" if claimed else "canceled")


@pytest.mark.parametrize("published", [False, True], ids=["before it begins", "after its end"])
async def test_s8_a_cancel_before_or_after_the_order_is_published_ends_it(stack: WorkerStack, published: bool) -> None:
    order = await stack.place_order(customer := await stack.add_member())
    row = await stack.saga(order, "create_order")
    if published:
        await advance_saga(stack.new_worker("publishing"), row.id)
    await stack.cancel(customer, order)
    await advance_saga(stack.new_worker("publishing"), row.id)
    await assert_cancelled(stack, order)
    seen = "SELECT 1 FROM event_log WHERE event = 'published' AND order_id = :id"
    assert bool(await stack.rows(seen, id=order.id)) is published, "whether runners ever saw the order"


async def test_s8_a_cancel_while_the_order_is_published_never_leaves_an_open_order(stack: WorkerStack) -> None:
    """An order must never be cancelled and visible to runners."""
    chance = Random(11)
    customer = await stack.add_member()
    for _ in range(REPETITIONS - 2):
        order = await stack.place_order(customer)
        row = await stack.saga(order, "create_order")
        worker, publishing = watched_worker(stack, at=2)
        working = asyncio.create_task(advance_saga(worker, row.id))
        await publishing.wait()
        await asyncio.sleep(chance.uniform(0, NEAR_LEAD_SECONDS))
        await stack.cancel(customer, order)
        await working
        await assert_cancelled(stack, order)


async def assert_cancelled(stack: WorkerStack, order: Order) -> None:
    """Fail unless the order is cancelled, holds no money and has no deadline: a cancel before a claim always counts."""
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.CANCELLED
    assert [one["status"] for one in await stack.intents(order.id)] in ([], ["canceled"])
    assert await stack.rows("SELECT id FROM timer WHERE order_id = :id AND status = 'set'", id=order.id) == []


async def test_m10_of_purchase_release_and_an_admins_cancel_at_one_instant_exactly_one_wins(stack: WorkerStack) -> None:
    """A cancelled order is never bought, and a bought order is never cancelled (M9)."""
    customer, admin = await stack.add_member(), await new_admin(stack)
    for begin in race_starts(3, REPETITIONS, seed=3):
        runner = await stack.add_member(runner=True, ready=False, card=None)
        order = await stack.claimed_order(runner, customer)
        taps: tuple[Callable[..., Awaitable[Order]], ...] = (
            partial(running.mark_bought, receipt=850, member=runner),
            partial(running.start_release, member=runner),
            partial(admin_orders.cancel_order_as_admin, reason="closed", admin=admin),
        )
        won = await race(begin, *(partial(is_accepted, partial(stack.act, tap, order_id=order.id)) for tap in taps))
        await stack.run_due()
        ended = await stack.order(order.id)
        bought, released, cancelled = won
        assert begin.first is None or won[begin.first]
        assert released or bought or cancelled
        assert (bought, cancelled) == (ended.status is OrderStatus.PLACED, ended.status is OrderStatus.CANCELLED)
        (intent,) = await stack.intents(order.id)
        assert intent["status"] == ("canceled" if cancelled else "requires_capture")
        assert ended.runner_id == (runner.person_id if not released else None)


@case(6)
async def test_two_workers_at_one_saga_have_one_effect(stack: WorkerStack, customer: Member) -> None:
    """Covers M2 and S13."""
    workers = [stack.new_worker(f"worker {number}") for number in range(4)]
    for _ in range(10):
        order = await stack.place_order(customer)
        row = await stack.saga(order, "create_order")
        await asyncio.gather(*(advance_saga(worker, row.id) for worker in workers))
        assert (await stack.order(order.id)).status is OrderStatus.CREATED
        assert len(await stack.intents(order.id)) == 1
        asked = [
            call
            for call in await stack.inspect_stripe("requests")
            if call["params"].get("metadata", {}).get("order") == str(order.id)
        ]
        assert len(asked) == 1, "only the worker with the lease may make the call"


@case(7)
async def test_a_worker_that_comes_back_late_writes_nothing(stack: WorkerStack) -> None:
    """Its lease ended and another worker went on, so the fence refuses its answer."""
    order = await stack.place_order(await stack.add_member())
    row = await stack.saga(order, "create_order")
    ice = Freezing(database=stack.database, through=1)  # it made its call and has not recorded the answer
    late = await freeze(ice, advance_saga(replace(stack.new_worker("late"), database=ice.work), row.id))
    assert len(await stack.intents(order.id)) == 1
    await stack.run_until(lambda: is_published(stack, order), stack.new_worker("heir"))
    before = await worker_writes(stack, order)
    await late.wake()
    assert await worker_writes(stack, order) == before
    assert len(await stack.intents(order.id)) == 1


async def is_published(stack: WorkerStack, order: Order) -> bool:
    """Whether runners see the order."""
    return (await stack.order(order.id)).status is OrderStatus.CREATED


async def worker_writes(stack: WorkerStack, order: Order) -> tuple[object, ...]:
    """Everything that a worker could have written about an order."""
    counted = (
        "SELECT (SELECT count(*) FROM event_log), (SELECT count(*) FROM notification),"
        " (SELECT sum(requested_revision) FROM order_message)"
    )
    return (
        await stack.order(order.id),
        await stack.saga(order, "create_order"),
        await stack.rows("SELECT * FROM hold WHERE order_id = :id", id=order.id),
        await stack.rows(counted),
    )


@case(24)
async def test_a_queue_job_for_a_saga_that_is_not_due_is_harmless(stack: WorkerStack) -> None:
    """Queue jobs may arrive twice or late."""
    order = await stack.open_order()
    row = await stack.saga(order, "create_order")
    for _ in range(3):
        await advance_saga(stack.context, row.id)
    assert await stack.saga(order, "create_order") == row
    async with stack.database() as work:
        assert await list_due_sagas(work.connection, 10) == []
