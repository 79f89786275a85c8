"""One bucket in front of Stripe for all workers: a cancel goes first, and nobody waits for ever."""

import ast
import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.town import Town
from workers.outcomes import TryLater
from workers.stripe_gateway import Stripe, cancel_intent, create_customer, retrieve_intent
from workers.stripe_gateway_lists import list_events
from workers.stripe_pace import PATIENCE, PAUSE, Pace, Rank, Way, open_pace

WORKERS = Path(__file__).parents[2] / "workers"
SLOW, USUAL = 1, 20  # calls a second; the slow one holds ten


@pytest.fixture
async def pace(redis_url: str) -> AsyncIterator[Pace]:
    """One process' view of full, slow buckets."""
    opened = open_pace(redis_url, SLOW)
    yield opened
    await opened.close()


def hurried(town: Town, pace: Pace) -> Stripe:
    """The town's client, at this pace."""
    return replace(town.workshop.stripe, pace=pace)


async def take_all(pace: Pace, rank: Rank, way: Way = Way.WRITE) -> int:
    """How many calls of a rank go before it has to wait."""
    taken = 0
    while await pace.take(way, rank) == 0:
        taken += 1
    return taken


async def wait_until_somebody_waits(pace: Pace) -> None:
    while not all(sum(pace.waiting[way].values()) for way in Way):  # noqa: ASYNC110 - nobody is told
        await asyncio.sleep(0)


async def set_level(pace: Pace, level: float, at: float) -> None:
    """What the bucket of writes held at this moment (seconds of the epoch)."""
    setting = pace.redis.register_script("redis.call('HSET', KEYS[1], 'level', ARGV[1], 'at', ARGV[2])")
    await setting(keys=["campusg:stripe:writes"], args=[level, int(at * 1000)])


async def test_each_rank_leaves_a_reserve_to_those_before_it(pace: Pace) -> None:
    taken = [await take_all(pace, rank) for rank in reversed(Rank)]
    assert taken == [6, 1, 1, 1, 1]  # reconcile, transfer, authorise, capture, cancel


async def test_reads_and_writes_are_counted_apart(pace: Pace) -> None:
    await take_all(pace, Rank.CANCEL)
    assert await pace.take(Way.READ, Rank.RECONCILE) == 0


async def test_several_processes_share_one_bucket(pace: Pace, redis_url: str) -> None:
    other = open_pace(redis_url, SLOW)
    assert [await each.take(Way.READ, Rank.RECONCILE) for each in (pace, other) * 3] == [0] * 6
    assert await other.take(Way.READ, Rank.RECONCILE) > 0
    assert await pace.take(Way.READ, Rank.RECONCILE) > 0
    assert await other.take(Way.READ, Rank.CANCEL) == 0
    await other.close()


async def test_a_cancel_goes_before_a_flood_of_reads_and_of_others_writes(town: Town, redis_url: str) -> None:
    order = await town.open_job()
    (intent,) = await town.intents(order.id)
    pace = open_pace(redis_url, USUAL)
    client = hurried(town, pace)
    reads = [asyncio.create_task(list_events(client, {"limit": 1}, None)) for _ in range(40)]
    looks = [asyncio.create_task(retrieve_intent(client.reading_last(), intent["id"])) for _ in range(10)]
    writes = [asyncio.create_task(create_customer(client, {}, f"flood:{number}")) for number in range(40)]
    async with asyncio.timeout(PATIENCE):
        await wait_until_somebody_waits(pace)
    looked = await retrieve_intent(client, intent["id"])  # a look that a person waits for
    cancelled = await cancel_intent(client, intent["id"], "the one that matters")
    assert (looked["status"], cancelled["status"]) == ("requires_capture", "canceled")
    assert not all(task.done() for task in reads + looks)
    assert not all(task.done() for task in writes)
    await asyncio.gather(*reads, *looks, *writes)  # and nobody is forgotten
    await pace.close()


async def test_who_would_wait_too_long_is_told_at_once_to_try_later(pace: Pace) -> None:
    await set_level(pace, -100, time.time())
    began = time.monotonic()
    with pytest.raises(TryLater, match="stripe_pace"):
        await pace.wait_turn(Way.WRITE, Rank.RECONCILE)
    assert time.monotonic() - began < PATIENCE


async def test_a_saga_without_a_turn_rests_and_goes_on_later(town: Town, pace: Pace) -> None:
    order = await town.open_job()
    await town.cancel(await town.known(order.customer_id), order)
    await set_level(pace, -100, time.time())
    busy = replace(town.worker("busy"), stripe=hurried(town, pace))
    await town.drive(busy)
    resting = await town.saga(order, "cancel_order")
    assert (resting.status, resting.error) == ("running", "stripe_pace: too many calls before this cancel")
    await pace.redis.delete("campusg:stripe:writes")
    await town.hurry(busy)
    assert (await town.saga(order, "cancel_order")).status == "done"
    assert [one["status"] for one in await town.intents(order.id)] == ["canceled"]


async def test_after_a_429_a_cancel_is_the_first_to_call_again(town: Town, pace: Pace, redis_url: str) -> None:
    other = open_pace(redis_url, SLOW)
    await town.fault("POST /v1/customers", "status", status=429)
    with pytest.raises(TryLater, match="rate_limit"):
        await create_customer(hurried(town, pace), {}, "too fast")
    first, last = await other.take(Way.WRITE, Rank.CANCEL), await other.take(Way.WRITE, Rank.RECONCILE)
    assert PAUSE < first < last
    assert await other.take(Way.READ, Rank.RECONCILE) == 0
    await other.close()


async def test_a_429_about_a_locked_object_slows_nobody_else(town: Town, pace: Pace) -> None:
    await town.fault("POST /v1/customers", "status", status=429, code="lock_timeout")
    with pytest.raises(TryLater, match="lock_timeout"):
        await create_customer(hurried(town, pace), {}, "locked")
    assert await pace.take(Way.WRITE, Rank.RECONCILE) == 0


async def test_without_redis_each_process_goes_on_at_half_the_pace(unused_tcp_port: int) -> None:
    alone = open_pace(f"redis://127.0.0.1:{unused_tcp_port}/0", 40)
    assert (alone.alone[Way.WRITE].rate, alone.alone[Way.WRITE].most) == (20, 20)
    assert await take_all(alone, Rank.RECONCILE) >= 12
    assert await alone.take(Way.WRITE, Rank.CANCEL) == 0
    await alone.rest(Way.WRITE)
    assert 0 < await alone.take(Way.WRITE, Rank.CANCEL) < await alone.take(Way.WRITE, Rank.RECONCILE)
    await alone.wait_turn(Way.WRITE, Rank.CANCEL)
    await alone.close()


async def test_a_clock_of_redis_that_goes_back_stops_nobody_for_long(pace: Pace) -> None:
    await set_level(pace, 0, time.time() + 3600)
    assert 0 < await pace.take(Way.WRITE, Rank.CANCEL) <= 1 / SLOW


def test_every_call_of_the_gateway_has_its_rank() -> None:
    for file in ("stripe_gateway.py", "stripe_gateway_lists.py"):
        tree = ast.parse((WORKERS / file).read_text())
        functions = [node for node in tree.body if isinstance(node, ast.AsyncFunctionDef) and node.name != "send"]
        assert functions
        for function in functions:
            calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
            assert "send" not in {call.id for call in calls if isinstance(call, ast.Name)}, function.name
