"""Expiry: the deadline is committed with the order, and fires once, in time, also after an outage."""

import asyncio

import pytest

from domain.campuses.people import Member
from domain.errors import OrderClosed
from domain.orders.states import Order, OrderStatus
from domain.orders.use_cases import running
from tests.cases import case
from tests.scenarios.worker_faults import WorkerKilled, killed_worker
from tests.stack.worker_stack import WorkerStack
from workers.engine.saga_engine import advance_saga
from workers.scheduling.due_timers import fire_timers


async def set_deadline_in(stack: WorkerStack, order: Order, seconds: float) -> None:
    """Set the order's deadline to this many seconds from now."""
    late = "UPDATE timer SET due_at = now() + make_interval(secs => :s) WHERE order_id = :id AND kind = 'expire'"
    await stack.sql(f"{late} AND status = 'set'", s=seconds, id=order.id)


async def test_s10_an_open_order_and_its_deadline_are_one_commit(stack: WorkerStack) -> None:
    """Half an hour, from the moment runners see the order."""
    order = await stack.open_order()
    ((status, minutes),) = await stack.rows(
        "SELECT t.status, round(extract(epoch FROM t.due_at - o.created_at) / 60) FROM timer t"
        " JOIN orders o ON o.id = t.order_id WHERE o.id = :id AND t.kind = 'expire'",
        id=order.id,
    )
    assert (status, minutes) == ("set", 30)


async def test_s12_a_due_order_ends_and_its_hold_is_released_and_the_customer_told(stack: WorkerStack) -> None:
    """Also covers M15."""
    order = await stack.open_order()
    await set_deadline_in(stack, order, 0)
    await stack.run_due()
    ended = await stack.order(order.id)
    assert (ended.status, ended.end_reason) == (OrderStatus.EXPIRED, "unclaimed")
    assert [one["status"] for one in await stack.intents(order.id)] == ["canceled"]
    assert await stack.notification_keys(order, order.customer_id) == ["notification-expired"]


async def test_s12_a_deadline_is_kept_exactly(stack: WorkerStack) -> None:
    """Not before the deadline, and by the first sweep after it."""
    order = await stack.open_order()
    await set_deadline_in(stack, order, 60)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.CREATED
    await set_deadline_in(stack, order, 0.3)
    sweeps = []
    while (await stack.order(order.id)).status is OrderStatus.CREATED:
        ((began,),) = await stack.rows("SELECT now()")
        sweeps.append(began)
        await stack.run_due()
    ((due, ended),) = await stack.rows(
        "SELECT t.due_at, o.ended_at FROM orders o JOIN timer t ON t.order_id = o.id"
        " WHERE o.id = :id AND t.kind = 'expire'",
        id=order.id,
    )
    assert ended >= due
    assert all(began < due for began in sweeps[:-1]), "a sweep after the deadline left the order open"


@case(24)
async def test_s12_a_deadline_that_passed_while_every_worker_was_down_is_kept_on_return(stack: WorkerStack) -> None:
    """Nobody can claim an order past its deadline, even before a worker closes it (S5)."""
    order = await stack.open_order()
    await set_deadline_in(stack, order, -3600)
    with pytest.raises(OrderClosed):
        await stack.claim(await stack.add_member(runner=True, card=None), order)
    await stack.run_due(stack.new_worker("new"))
    assert (await stack.order(order.id)).status is OrderStatus.EXPIRED


@case(24)
async def test_a_timer_fires_once_however_many_workers_sweep(stack: WorkerStack) -> None:
    """Covers S13."""
    orders = [await stack.open_order() for _ in range(5)]
    for order in orders:
        await set_deadline_in(stack, order, 0)
    await asyncio.gather(*(fire_timers(stack.new_worker(f"worker {number}")) for number in range(6)))
    await stack.run_due()
    for order in orders:
        started = "SELECT count(*) FROM saga WHERE order_id = :id AND kind = 'expire_order'"
        assert await stack.rows(started, id=order.id) == [(1,)]
        assert (await stack.rows_of(order, "event_log", "event")).count(("expired",)) == 1
        assert await stack.notification_keys(order) == ["notification-expired"]
        assert (await stack.order(order.id)).status is OrderStatus.EXPIRED


@case(24)
async def test_m10_a_claimed_order_never_expires(stack: WorkerStack) -> None:
    """The original cancelled orders while the runner shopped."""
    order = await stack.claimed_order(await stack.add_member(runner=True, card=None))
    await stack.sql("UPDATE timer SET due_at = now() - interval '1 hour' WHERE order_id = :id", id=order.id)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.ACCEPTED


async def test_m10_a_timer_that_fires_for_a_claimed_order_all_the_same_changes_nothing(stack: WorkerStack) -> None:
    """The timer checks the order's row, which the claim has changed."""
    order = await stack.claimed_order(await stack.add_member(runner=True, card=None))
    await stack.sql(
        "UPDATE timer SET due_at = now() - interval '1 hour', status = 'set' WHERE order_id = :id", id=order.id
    )
    other = await stack.open_order()
    await set_deadline_in(stack, other, 0)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.ACCEPTED
    assert (await stack.order(other.id)).status is OrderStatus.EXPIRED, "the next timer fires in its turn"
    assert "expire_order" not in await stack.saga_states(order.id)


async def test_a_worker_killed_while_it_fires_timers_has_fired_none(stack: WorkerStack) -> None:
    """Marking the timer and starting the saga are one commit (S5)."""
    order = await stack.open_order()
    await set_deadline_in(stack, order, 0)
    with pytest.raises(WorkerKilled):
        await fire_timers(killed_worker(stack, at=1, committed=False))
    state = "SELECT status FROM timer WHERE order_id = :id AND kind = 'expire'"
    assert await stack.rows(state, id=order.id) == [("set",)]
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.EXPIRED


@case(16)
async def test_with_stripe_away_an_order_expires_for_everybody_and_its_hold_goes_later(stack: WorkerStack) -> None:
    """Covers M17 and S12."""
    order = await stack.open_order()
    await stack.inject_fault("POST /v1/payment_intents/*/cancel", "reset", before=True, times=3)
    await set_deadline_in(stack, order, 0)
    await stack.run_due()
    assert (await stack.order(order.id)).status is OrderStatus.EXPIRED
    assert (await stack.saga(order, "expire_order")).status == "running"
    for _ in range(4):
        await stack.run_now()
    assert (await stack.saga(order, "expire_order")).status == "done"
    assert [one["status"] for one in await stack.intents(order.id)] == ["canceled"]


async def test_m14_a_hold_that_lapsed_at_stripe_is_noticed_when_the_order_ends(stack: WorkerStack) -> None:
    """A hold that Stripe released counts as released."""
    order = await stack.open_order()
    (intent,) = await stack.intents(order.id)
    await stack.context.stripe.v1.payment_intents.cancel_async(intent["id"])
    await set_deadline_in(stack, order, 0)
    await stack.run_due()
    assert (await stack.saga(order, "expire_order")).status == "done"
    assert await stack.rows_of(order, "hold", "status") == [("released",)]


async def test_s11_a_claim_given_back_late_expires_at_once(stack: WorkerStack) -> None:
    """The old deadline counts, also when it has passed meanwhile."""
    order = await stack.open_order()
    await stack.inject_fault("GET /v1/payment_intents/*", "reset", times=100)
    await stack.claim(await stack.add_member(runner=True, card=None), order)
    await advance_saga(stack.context, (await stack.saga(order, "accept_order")).id)
    await stack.sql("UPDATE timer SET due_at = now() - interval '1 second' WHERE order_id = :id", id=order.id)
    await stack.sql("UPDATE saga SET failing_since = now() - interval '3 minutes' WHERE order_id = :id", id=order.id)
    await stack.run_now()
    await stack.clear_faults()
    await stack.run_now()
    assert (await stack.order(order.id)).status is OrderStatus.EXPIRED


async def test_a_release_stops_nothing_but_its_own_deadline(stack: WorkerStack, runner: Member) -> None:
    """One deadline is set at a time."""
    order = await stack.claimed_order(runner)
    await stack.act(running.start_release, runner, order.id)
    timers = await stack.rows_of(order, "timer", "kind, status")
    assert [status for kind, status in timers if kind == "expire"] == ["stopped", "set"]


async def test_a_deadline_that_meets_a_fault_comes_again_and_holds_up_no_other(stack: WorkerStack) -> None:
    faulty, sound = await stack.open_order(), await stack.open_order()
    await stack.sql("UPDATE orders SET items = '[{}]' WHERE id = :id", id=faulty.id)
    for order in (faulty, sound):
        await set_deadline_in(stack, order, 0)
    await stack.run_due()
    assert (await stack.order(sound.id)).status is OrderStatus.EXPIRED
    state = "SELECT status, due_at > now() FROM timer WHERE order_id = :id AND kind = 'expire'"
    assert await stack.rows(state, id=faulty.id) == [("set", True)]
    await stack.sql("UPDATE orders SET items = '[]' WHERE id = :id", id=faulty.id)
    await set_deadline_in(stack, faulty, 0)
    await stack.run_due()
    assert (await stack.order(faulty.id)).status is OrderStatus.EXPIRED
