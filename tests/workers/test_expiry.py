"""Expiry: the deadline is a row of the same commit as the job; it fires once, in time, also after an outage."""

import asyncio

import pytest

from domain.errors import OrderClosed
from domain.order import Order, OrderStatus
from domain.store.use_cases import running
from tests.town import Town
from tests.workers.deaths import Killed, dying
from workers.engine import run_saga
from workers.timers import fire_timers


async def due_in(town: Town, order: Order, seconds: float) -> None:
    """Move the order's deadline to so many seconds from now."""
    await town.sql(
        "UPDATE timer SET due_at = now() + make_interval(secs => :s)"
        " WHERE order_id = :id AND status = 'set' AND kind = 'expire'",
        s=seconds,
        id=order.id,
    )


async def test_s10_a_job_and_its_deadline_are_one_commit(shared_town: Town) -> None:
    """S10: half an hour, from the moment runners see it."""
    town = shared_town
    order = await town.open_job()
    ((status, minutes),) = await town.rows(
        "SELECT t.status, round(extract(epoch FROM t.due_at - o.created_at) / 60) FROM timer t"
        " JOIN orders o ON o.id = t.order_id WHERE o.id = :id AND t.kind = 'expire'",
        id=order.id,
    )
    assert (status, minutes) == ("set", 30)


async def test_s12_a_due_order_ends_and_its_hold_is_released_and_the_customer_told(shared_town: Town) -> None:
    """S12, M15."""
    town = shared_town
    order = await town.open_job()
    await due_in(town, order, 0)
    await town.drive()
    ended = await town.order(order.id)
    assert (ended.status, ended.end_reason) == (OrderStatus.EXPIRED, "unclaimed")
    assert [one["status"] for one in await town.intents(order.id)] == ["canceled"]
    assert await town.told(order, order.customer_id) == ["push-expired"]


async def test_s12_a_deadline_is_kept_to_the_tick(shared_town: Town) -> None:
    """S12: not before, and at once when it has come."""
    town = shared_town
    order = await town.open_job()
    await due_in(town, order, 0.3)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.CREATED

    async def expired() -> bool:
        return (await town.order(order.id)).status is OrderStatus.EXPIRED

    await town.until(expired)
    ((late,),) = await town.rows(
        "SELECT extract(epoch FROM o.ended_at - t.due_at) FROM orders o JOIN timer t ON t.order_id = o.id"
        " WHERE o.id = :id AND t.kind = 'expire'",
        id=order.id,
    )
    assert 0 <= float(late) < 1


async def test_s12_a_deadline_that_passed_while_every_worker_was_down_is_kept_on_return(shared_town: Town) -> None:
    """S12, S5: and nobody claims what is only not yet closed."""
    town = shared_town
    order = await town.open_job()
    await due_in(town, order, -3600)
    with pytest.raises(OrderClosed):
        await town.claim(await town.member(runner=True, card=None), order)
    await town.drive(town.worker("new"))
    assert (await town.order(order.id)).status is OrderStatus.EXPIRED


async def test_a_timer_fires_once_however_many_workers_look(shared_town: Town) -> None:
    """S13."""
    town = shared_town
    orders = [await town.open_job() for _ in range(5)]
    for order in orders:
        await due_in(town, order, 0)
    await asyncio.gather(*(fire_timers(town.worker(f"worker {number}")) for number in range(6)))
    await town.drive()
    for order in orders:
        assert await town.rows(
            "SELECT count(*) FROM saga WHERE order_id = :id AND kind = 'expire_order'", id=order.id
        ) == [(1,)]
        assert await town.told(order) == ["push-expired"]
        assert (await town.order(order.id)).status is OrderStatus.EXPIRED


async def test_m10_a_claimed_job_never_expires(shared_town: Town) -> None:
    """M10: the original cancelled jobs while the runner shopped."""
    town = shared_town
    order = await town.held_job(await town.member(runner=True, card=None))
    await town.sql("UPDATE timer SET due_at = now() - interval '1 hour' WHERE order_id = :id", id=order.id)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.ACCEPTED


async def test_m10_a_timer_that_fires_for_a_claimed_job_all_the_same_changes_nothing(shared_town: Town) -> None:
    """M10: it asks whether it is still wanted, in the row that a claim moved."""
    town = shared_town
    order = await town.held_job(await town.member(runner=True, card=None))
    await town.sql(
        "UPDATE timer SET due_at = now() - interval '1 hour', status = 'set' WHERE order_id = :id", id=order.id
    )
    other = await town.open_job()
    await due_in(town, other, 0)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.ACCEPTED
    assert (await town.order(other.id)).status is OrderStatus.EXPIRED, "the next timer has its turn"
    assert "expire_order" not in await town.saga_states(order.id)


async def test_a_worker_killed_while_it_fires_timers_has_fired_none(shared_town: Town) -> None:
    """S5: marked fired and started are one commit."""
    town = shared_town
    order = await town.open_job()
    await due_in(town, order, 0)
    with pytest.raises(Killed):
        await fire_timers(dying(town, at=1, committed=False))
    state = "SELECT status FROM timer WHERE order_id = :id AND kind = 'expire'"
    assert await town.rows(state, id=order.id) == [("set",)]
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.EXPIRED


async def test_with_stripe_away_an_order_expires_for_everybody_and_its_hold_goes_later(shared_town: Town) -> None:
    """M17, S12."""
    town = shared_town
    order = await town.open_job()
    await town.fault("POST /v1/payment_intents/*/cancel", "reset", before=True, times=3)
    await due_in(town, order, 0)
    await town.drive()
    assert (await town.order(order.id)).status is OrderStatus.EXPIRED
    assert (await town.saga(order, "expire_order")).status == "running"
    for _ in range(4):
        await town.hurry()
    assert (await town.saga(order, "expire_order")).status == "done"
    assert [one["status"] for one in await town.intents(order.id)] == ["canceled"]


async def test_m14_a_hold_that_lapsed_at_stripe_is_noticed_when_the_order_ends(shared_town: Town) -> None:
    """M14: released by Stripe is released."""
    town = shared_town
    order = await town.open_job()
    (intent,) = await town.intents(order.id)
    await town.workshop.stripe.v1.payment_intents.cancel_async(intent["id"])
    await due_in(town, order, 0)
    await town.drive()
    assert (await town.saga(order, "expire_order")).status == "done"
    assert await town.rows("SELECT status FROM hold WHERE order_id = :id", id=order.id) == [("released",)]


async def test_s11_a_claim_given_back_late_expires_at_once(shared_town: Town) -> None:
    """S11: the old deadline counts, also when it has passed meanwhile."""
    town = shared_town
    order = await town.open_job()
    await town.fault("GET /v1/payment_intents/*", "reset", times=100)
    await town.claim(await town.member(runner=True, card=None), order)
    await run_saga(town.workshop, (await town.saga(order, "accept_order")).id)
    await town.sql("UPDATE timer SET due_at = now() - interval '1 second' WHERE order_id = :id", id=order.id)
    await town.sql("UPDATE saga SET failing_since = now() - interval '3 minutes' WHERE order_id = :id", id=order.id)
    await town.hurry()
    await town.no_faults()
    await town.hurry()
    assert (await town.order(order.id)).status is OrderStatus.EXPIRED


async def test_a_release_stops_nothing_but_its_own_deadline(shared_town: Town) -> None:
    """S11: one deadline is set at a time."""
    town = shared_town
    runner = await town.member(runner=True, card=None)
    order = await town.held_job(runner)
    async with town.database() as work:
        await running.release(work, town.campus, runner, order.id)
    assert await town.rows(
        "SELECT status FROM timer WHERE order_id = :id AND kind = 'expire' ORDER BY id", id=order.id
    ) == [("stopped",), ("set",)]


async def test_the_towns_books_are_right_after_all_this(shared_town: Town) -> None:
    await shared_town.hurry()
    assert await shared_town.breaches() == []


async def test_a_deadline_that_meets_a_fault_comes_again_and_holds_up_no_other(shared_town: Town) -> None:
    town = shared_town
    faulty, sound = await town.open_job(), await town.open_job()
    await town.sql("UPDATE orders SET items = '[{}]' WHERE id = :id", id=faulty.id)
    for order in (faulty, sound):
        await due_in(town, order, 0)
    await town.drive()
    assert (await town.order(sound.id)).status is OrderStatus.EXPIRED
    state = "SELECT status, due_at > now() FROM timer WHERE order_id = :id AND kind = 'expire'"
    assert await town.rows(state, id=faulty.id) == [("set", True)]
    await town.sql("UPDATE orders SET items = '[]' WHERE id = :id", id=faulty.id)
    await due_in(town, faulty, 0)
    await town.drive()
    assert (await town.order(faulty.id)).status is OrderStatus.EXPIRED
