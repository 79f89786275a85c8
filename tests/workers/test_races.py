"""Races: claim, cancel and expiry at one instant, cancel against publishing, two workers at one saga."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from random import Random

from domain.errors import CampusGError
from domain.order import Order, OrderStatus
from domain.people import Member
from domain.store.due import due_sagas
from domain.store.use_cases import running, steering
from tests.fuzz.depth import rounds
from tests.town import Town
from tests.workers.deaths import watched
from workers.engine import run_saga
from workers.timers import fire_timers

ROUNDS = rounds(12, 60)
CLEARLY = 0.1  # seconds after which whoever was first has done it
NEAR = 0.012  # seconds within which all of them act


def near_misses(chance: Random, racers: int) -> Iterator[list[float]]:
    """Seconds that each waits before it acts: everybody is clearly first once, then all are as near as can be."""
    yield from ([0.0 if each == first else CLEARLY for each in range(racers)] for first in range(racers))
    yield from ([chance.uniform(0, NEAR) for _ in range(racers)] for _ in range(ROUNDS - racers))


async def won(pause: float, tap: Callable[[], Awaitable[object]]) -> bool:
    """Whether a tap had its effect, made after so many seconds."""
    await asyncio.sleep(pause)
    try:
        await tap()
    except CampusGError:
        return False
    return True


async def race(town: Town, pauses: list[float], runner: Member, customer: Member, order: Order) -> tuple[bool, bool]:
    """Claim, cancel and expiry as near to each other as can be; whether claim and cancel were told they won."""
    of_claim, of_cancel, of_expiry = pauses
    await town.sql(
        "UPDATE timer SET due_at = now() + make_interval(secs => :soon) WHERE order_id = :id",
        soon=of_expiry,
        id=order.id,
    )

    async def expire() -> None:
        for _ in range(6):
            await fire_timers(town.workshop)

    claimed, cancelled, _ = await asyncio.gather(
        won(of_claim, lambda: town.claim(runner, order)),
        won(of_cancel, lambda: town.cancel(customer, order)),
        expire(),
    )
    return claimed, cancelled


async def test_m10_of_claim_cancel_and_expiry_at_one_instant_exactly_one_wins(shared_town: Town) -> None:
    """M10, S12: and the money follows the winner."""
    town, winners = shared_town, Counter[OrderStatus]()
    customer = await town.member()
    for pauses in near_misses(Random(7), 3):
        order = await town.open_job(customer)
        runner = await town.member(runner=True, ready=False, card=None)
        claimed, cancelled = await race(town, pauses, runner, customer, order)
        await town.drive()
        ended = await town.order(order.id)
        winners[ended.status] += 1
        assert (claimed, cancelled) == (ended.status is OrderStatus.ACCEPTED, ended.status is OrderStatus.CANCELLED)
        if ended.status is OrderStatus.CREATED:  # nobody was quick enough; its deadline has come by now
            continue
        (intent,) = await town.intents(order.id)
        assert intent["status"] == ("requires_capture" if claimed else "canceled")
    assert await town.breaches() == []
    assert len(set(winners) - {OrderStatus.CREATED}) == 3, f"whoever is clearly first wins: {winners}"


async def test_s8_a_cancel_while_the_job_is_published_never_leaves_a_live_job(shared_town: Town) -> None:
    """S8: both an order that is cancelled and one that runners see is what must not be."""
    town, chance, ends = shared_town, Random(11), Counter[bool]()
    customer = await town.member()
    for pause in (-CLEARLY, CLEARLY, *(chance.uniform(0, NEAR) for _ in range(ROUNDS - 2))):
        order = await town.place(customer)
        row = await town.saga(order, "create_order")
        worker, publishing = watched(town, at=2)
        if pause < 0:
            heard = await won(0.0, partial(town.cancel, customer, order))
        working = asyncio.create_task(run_saga(worker, row.id))
        await asyncio.wait((working,) if abs(pause) == CLEARLY else (asyncio.create_task(publishing.wait()),))
        if pause >= 0:
            heard = await won(pause, partial(town.cancel, customer, order))
        await working
        await town.drive()
        published = await town.rows("SELECT 1 FROM event WHERE event = 'published' AND order_id = :id", id=order.id)
        ends[published != []] += 1
        assert heard, "a cancel before a claim is always heard"
        assert (await town.order(order.id)).status is OrderStatus.CANCELLED
        assert [one["status"] for one in await town.intents(order.id)] in ([], ["canceled"])
        assert await town.rows("SELECT id FROM timer WHERE order_id = :id AND status = 'set'", id=order.id) == []
    assert await town.breaches() == []
    assert len(ends) == 2, f"one was cancelled before it was published, one after: {ends}"


async def test_m10_of_purchase_release_and_an_admins_cancel_at_one_instant_exactly_one_wins(shared_town: Town) -> None:
    """M9, M10: nobody has bought what was cancelled, and nobody cancels what was bought."""
    town, ends = shared_town, Counter[OrderStatus]()
    customer, admin = await town.member(), await town.member()
    await town.sql("UPDATE membership SET is_admin = true WHERE person_id = :id", id=admin.person_id)
    admin = await town.known(admin.person_id)
    for pauses in near_misses(Random(3), 3):
        runner = await town.member(runner=True, ready=False, card=None)
        order = await town.held_job(runner, customer)
        taps = (
            partial(running.buy, receipt=850, member=runner),
            partial(running.release, member=runner),
            partial(steering.cancel, reason="closed", admin=admin),
        )
        heard = await asyncio.gather(
            *(won(pause, partial(in_one_commit, town, tap, order)) for pause, tap in zip(pauses, taps, strict=True))
        )
        await town.drive()
        ended = await town.order(order.id)
        ends[ended.status] += 1
        bought, released, cancelled = heard
        assert (bought, cancelled) == (ended.status is OrderStatus.PLACED, ended.status is OrderStatus.CANCELLED)
        assert released or bought or cancelled
        (intent,) = await town.intents(order.id)
        assert intent["status"] == ("canceled" if cancelled else "requires_capture")
        assert ended.runner_id == (runner.person_id if not released else None)
    assert await town.breaches() == []
    assert len(ends) > 1, f"whoever is clearly first wins: {ends}"


async def in_one_commit(town: Town, tap: Callable[..., Awaitable[Order]], order: Order) -> Order:
    """A tap as the bot makes it."""
    async with town.database() as work:
        return await tap(work, town.campus, order_id=order.id)


async def test_two_workers_at_one_saga_have_one_effect(shared_town: Town) -> None:
    """M2, S13."""
    town = shared_town
    workers = [town.worker(f"worker {number}") for number in range(4)]
    customer = await town.member()
    for _ in range(10):
        order = await town.place(customer)
        row = await town.saga(order, "create_order")
        await asyncio.gather(*(run_saga(worker, row.id) for worker in workers))
        assert (await town.order(order.id)).status is OrderStatus.CREATED
        assert len(await town.intents(order.id)) == 1
        asked = [
            call
            for call in await town.look("requests")
            if call["params"].get("metadata", {}).get("order") == str(order.id)
        ]
        assert len(asked) == 1, "only the worker with the lease may call"


async def test_a_worker_that_comes_back_late_writes_nothing(shared_town: Town) -> None:
    """The fence: its lease was over, another one went on, its answer is of no more use."""
    town = shared_town
    order = await town.place(await town.member())
    row = await town.saga(order, "create_order")
    await town.fault("POST /v1/payment_intents", "hang", before=False, seconds=0.6)
    late = asyncio.create_task(run_saga(town.worker("late"), row.id))
    async with asyncio.timeout(5):
        while not await town.intents(order.id):
            continue
    await town.until(lambda: published(town, order), town.worker("heir"))
    before = await traces(town, order)
    await late
    assert await traces(town, order) == before
    assert len(await town.intents(order.id)) == 1


async def published(town: Town, order: Order) -> bool:
    """Whether runners see it."""
    return (await town.order(order.id)).status is OrderStatus.CREATED


async def traces(town: Town, order: Order) -> tuple[object, ...]:
    """All that a worker could have written about an order."""
    counted = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM push), (SELECT sum(wanted) FROM live_card)"
    return (
        await town.order(order.id),
        await town.saga(order, "create_order"),
        await town.rows("SELECT * FROM hold WHERE order_id = :id", id=order.id),
        await town.rows(counted),
    )


async def test_a_bell_for_a_saga_that_is_not_due_is_harmless(shared_town: Town) -> None:
    """Bells may come doubled or late."""
    town = shared_town
    order = await town.open_job()
    row = await town.saga(order, "create_order")
    for _ in range(3):
        await run_saga(town.workshop, row.id)
    assert await town.saga(order, "create_order") == row
    async with town.database() as work:
        assert await due_sagas(work.connection, 10) == []
