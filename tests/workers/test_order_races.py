"""Races on an order: claim, cancel and expiry at one instant, cancel against publishing, two workers on one saga."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from random import Random

from domain.campuses.people import Member
from domain.errors import CampusGError
from domain.orders.states import Order, OrderStatus
from domain.orders.use_cases import admin_orders, running
from tests.cases import case
from tests.fuzz.fuzz_depth import iterations
from tests.worker_stack import WorkerStack
from tests.workers.worker_faults import watched_worker
from workers.engine.saga_engine import advance_saga
from workers.scheduling.due_timers import fire_timers
from workers.scheduling.due_work_repository import list_due_sagas

REPETITIONS = iterations(12, 60)
CLEAR_LEAD_SECONDS = 0.1  # seconds after which the first act is done
NEAR_LEAD_SECONDS = 0.012  # seconds within which all acts begin


def near_race_delays(chance: Random, racers: int) -> Iterator[list[float]]:
    """Yield the seconds each waits before it acts: everybody is clearly first once, then all start almost together."""
    yield from ([0.0 if each == first else CLEAR_LEAD_SECONDS for each in range(racers)] for first in range(racers))
    yield from ([chance.uniform(0, NEAR_LEAD_SECONDS) for _ in range(racers)] for _ in range(REPETITIONS - racers))


async def tap_after(pause: float, tap: Callable[[], Awaitable[object]]) -> bool:
    """Make a tap after this many seconds, and return whether it had its effect."""
    await asyncio.sleep(pause)
    try:
        await tap()
    except CampusGError:
        return False
    return True


async def race_taps(
    stack: WorkerStack, pauses: list[float], runner: Member, customer: Member, order: Order
) -> tuple[bool, bool]:
    """Claim, cancel and expire almost together, and return whether claim and cancel were told that they won."""
    of_claim, of_cancel, of_expiry = pauses
    await stack.sql(
        "UPDATE timer SET due_at = now() + make_interval(secs => :soon) WHERE order_id = :id",
        soon=of_expiry,
        id=order.id,
    )

    async def expire() -> None:
        for _ in range(6):
            await fire_timers(stack.context)

    claimed, cancelled, _ = await asyncio.gather(
        tap_after(of_claim, lambda: stack.claim(runner, order)),
        tap_after(of_cancel, lambda: stack.cancel(customer, order)),
        expire(),
    )
    return claimed, cancelled


@case(21)
async def test_m10_of_claim_cancel_and_expiry_at_one_instant_exactly_one_wins(shared_stack: WorkerStack) -> None:
    """The money follows the winner (S12)."""
    stack, winners = shared_stack, Counter[OrderStatus]()
    customer = await stack.add_member()
    for pauses in near_race_delays(Random(7), 3):
        order = await stack.open_order(customer)
        runner = await stack.add_member(runner=True, ready=False, card=None)
        claimed, cancelled = await race_taps(stack, pauses, runner, customer, order)
        await stack.run_due()
        ended = await stack.order(order.id)
        winners[ended.status] += 1
        assert (claimed, cancelled) == (ended.status is OrderStatus.ACCEPTED, ended.status is OrderStatus.CANCELLED)
        if ended.status is OrderStatus.CREATED:  # no tap was quick enough, and the deadline has come by now
            continue
        (intent,) = await stack.intents(order.id)
        assert intent["status"] == ("requires_capture" if claimed else "canceled")
    assert await stack.breaches() == []
    assert len(set(winners) - {OrderStatus.CREATED}) == 3, f"the side that is clearly first wins: {winners}"


async def test_s8_a_cancel_while_the_order_is_published_never_leaves_an_open_order(shared_stack: WorkerStack) -> None:
    """An order must never be cancelled and visible to runners."""
    stack, chance, ends = shared_stack, Random(11), Counter[bool]()
    customer = await stack.add_member()
    for pause in (
        -CLEAR_LEAD_SECONDS,
        CLEAR_LEAD_SECONDS,
        *(chance.uniform(0, NEAR_LEAD_SECONDS) for _ in range(REPETITIONS - 2)),
    ):
        order = await stack.place_order(customer)
        row = await stack.saga(order, "create_order")
        worker, publishing = watched_worker(stack, at=2)
        if pause < 0:
            heard = await tap_after(0.0, partial(stack.cancel, customer, order))
        working = asyncio.create_task(advance_saga(worker, row.id))
        await asyncio.wait(
            (working,) if abs(pause) == CLEAR_LEAD_SECONDS else (asyncio.create_task(publishing.wait()),)
        )
        if pause >= 0:
            heard = await tap_after(pause, partial(stack.cancel, customer, order))
        await working
        await stack.run_due()
        published = await stack.rows(
            "SELECT 1 FROM event_log WHERE event = 'published' AND order_id = :id", id=order.id
        )
        ends[published != []] += 1
        assert heard, "a cancel before a claim always counts"
        assert (await stack.order(order.id)).status is OrderStatus.CANCELLED
        assert [one["status"] for one in await stack.intents(order.id)] in ([], ["canceled"])
        assert await stack.rows("SELECT id FROM timer WHERE order_id = :id AND status = 'set'", id=order.id) == []
    assert await stack.breaches() == []
    assert len(ends) == 2, f"one was cancelled before it was published, one after: {ends}"


async def test_m10_of_purchase_release_and_an_admins_cancel_at_one_instant_exactly_one_wins(
    shared_stack: WorkerStack,
) -> None:
    """A cancelled order is never bought, and a bought order is never cancelled (M9)."""
    stack, ends = shared_stack, Counter[OrderStatus]()
    customer, admin = await stack.add_member(), await stack.add_member()
    await stack.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=admin.person_id)
    admin = await stack.committed_member(admin.person_id)
    for pauses in near_race_delays(Random(3), 3):
        runner = await stack.add_member(runner=True, ready=False, card=None)
        order = await stack.claimed_order(runner, customer)
        taps = (
            partial(running.mark_bought, receipt=850, member=runner),
            partial(running.start_release, member=runner),
            partial(admin_orders.cancel_order_as_admin, reason="closed", admin=admin),
        )
        heard = await asyncio.gather(
            *(
                tap_after(pause, partial(in_one_commit, stack, tap, order))
                for pause, tap in zip(pauses, taps, strict=True)
            )
        )
        await stack.run_due()
        ended = await stack.order(order.id)
        ends[ended.status] += 1
        bought, released, cancelled = heard
        assert (bought, cancelled) == (ended.status is OrderStatus.PLACED, ended.status is OrderStatus.CANCELLED)
        assert released or bought or cancelled
        (intent,) = await stack.intents(order.id)
        assert intent["status"] == ("canceled" if cancelled else "requires_capture")
        assert ended.runner_id == (runner.person_id if not released else None)
    assert await stack.breaches() == []
    assert len(ends) > 1, f"the side that is clearly first wins: {ends}"


async def in_one_commit(stack: WorkerStack, tap: Callable[..., Awaitable[Order]], order: Order) -> Order:
    """Make a tap in one transaction, as the bot does."""
    async with stack.database() as work:
        return await tap(work, stack.campus, order_id=order.id)


@case(6)
async def test_two_workers_at_one_saga_have_one_effect(shared_stack: WorkerStack) -> None:
    """Covers M2 and S13."""
    stack = shared_stack
    workers = [stack.new_worker(f"worker {number}") for number in range(4)]
    customer = await stack.add_member()
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
async def test_a_worker_that_comes_back_late_writes_nothing(shared_stack: WorkerStack) -> None:
    """Its lease ended and another worker went on, so the fence refuses its answer."""
    stack = shared_stack
    order = await stack.place_order(await stack.add_member())
    row = await stack.saga(order, "create_order")
    await stack.inject_fault("POST /v1/payment_intents", "hang", before=False, seconds=0.6)
    late = asyncio.create_task(advance_saga(stack.new_worker("late"), row.id))
    async with asyncio.timeout(5):
        while not await stack.intents(order.id):
            continue
    await stack.run_until(lambda: is_published(stack, order), stack.new_worker("heir"))
    before = await worker_writes(stack, order)
    await late
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
async def test_a_queue_job_for_a_saga_that_is_not_due_is_harmless(shared_stack: WorkerStack) -> None:
    """Queue jobs may arrive twice or late."""
    stack = shared_stack
    order = await stack.open_order()
    row = await stack.saga(order, "create_order")
    for _ in range(3):
        await advance_saga(stack.context, row.id)
    assert await stack.saga(order, "create_order") == row
    async with stack.database() as work:
        assert await list_due_sagas(work.connection, 10) == []
