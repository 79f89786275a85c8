"""The Stripe rate limit that all workers share: a cancel goes first, and no call waits for ever."""

import ast
import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cases import case
from tests.stack.worker_stack import WorkerStack
from workers.engine.call_failures import TryLater
from workers.stripe.gateway import StripeGateway
from workers.stripe.gateway_cards import create_customer
from workers.stripe.gateway_intents import cancel_intent, retrieve_intent
from workers.stripe.gateway_pages import PageRequest, list_events
from workers.stripe.objects.payment_intent import PaymentIntentStatus
from workers.stripe.rate_limit import (
    MAX_WAIT_SECONDS,
    PAUSE_SECONDS,
    CallPriority,
    StripeRateLimiter,
    open_stripe_rate_limiter,
)

pytestmark = pytest.mark.drill

WORKERS = Path(__file__).parents[3] / "workers"
SLOW_RATE, USUAL_RATE = 1, 20  # calls a second; the slow one allows a burst of ten


@pytest.fixture
async def usual_rate_limiter(redis_url: str) -> AsyncIterator[StripeRateLimiter]:
    """The rate limiter of one process as it usually is."""
    opened = open_stripe_rate_limiter(redis_url, USUAL_RATE)
    yield opened
    await opened.close()


@pytest.fixture
async def rate_limiter(redis_url: str) -> AsyncIterator[StripeRateLimiter]:
    """The slow rate limiter of one process, with its full burst available."""
    opened = open_stripe_rate_limiter(redis_url, SLOW_RATE)
    yield opened
    await opened.close()


def client_with_rate_limit(stack: WorkerStack, rate_limiter: StripeRateLimiter) -> StripeGateway:
    """The stack's Stripe client with this rate limiter."""
    return replace(stack.context.stripe, rate_limiter=rate_limiter)


async def count_free_calls(rate_limiter: StripeRateLimiter, rank: CallPriority) -> int:
    """Count the calls of a rank that go through before one has to wait."""
    taken = 0
    while await rate_limiter.acquire(rank) == 0:
        taken += 1
    return taken


async def wait_until_queued(rate_limiter: StripeRateLimiter) -> None:
    while not sum(rate_limiter.waiting.values()):  # noqa: ASYNC110 - no event to wait for
        await asyncio.sleep(0)


async def set_level(rate_limiter: StripeRateLimiter, level: float, at: float) -> None:
    """Set what the bucket held at this moment (seconds of the epoch)."""
    setting = rate_limiter.redis.register_script("redis.call('HSET', KEYS[1], 'level', ARGV[1], 'at', ARGV[2])")
    await setting(keys=["campusg:stripe:calls"], args=[level, int(at * 1000)])


async def test_each_rank_leaves_a_reserve_to_those_before_it(rate_limiter: StripeRateLimiter) -> None:
    taken = [await count_free_calls(rate_limiter, rank) for rank in reversed(CallPriority)]
    assert taken == [6, 1, 1, 1, 1]  # reconcile, transfer, authorise, capture, cancel


async def test_reads_and_writes_take_from_one_bucket(stack: WorkerStack, rate_limiter: StripeRateLimiter) -> None:
    client = client_with_rate_limit(stack, rate_limiter)
    await list_events(client, PageRequest(), None)
    await create_customer(client, {}, "one of both")
    assert await count_free_calls(rate_limiter, CallPriority.RECONCILE) == 4


async def test_several_processes_share_one_rate_limit(rate_limiter: StripeRateLimiter, redis_url: str) -> None:
    other = open_stripe_rate_limiter(redis_url, SLOW_RATE)
    assert [await each.acquire(CallPriority.RECONCILE) for each in (rate_limiter, other) * 3] == [0] * 6
    assert await other.acquire(CallPriority.RECONCILE) > 0
    assert await rate_limiter.acquire(CallPriority.RECONCILE) > 0
    assert await other.acquire(CallPriority.CANCEL) == 0
    await other.close()


@case(18)
async def test_a_cancel_goes_before_a_flood_of_reads_and_of_others_writes(
    stack: WorkerStack, usual_rate_limiter: StripeRateLimiter
) -> None:
    order = await stack.open_order()
    (intent,) = await stack.intents(order.id)
    client = client_with_rate_limit(stack, usual_rate_limiter)
    reads = [asyncio.create_task(list_events(client, PageRequest(), None)) for _ in range(30)]
    looks = [asyncio.create_task(retrieve_intent(client.with_reads_ranked_last(), intent["id"])) for _ in range(5)]
    writes = [asyncio.create_task(create_customer(client, {}, f"flood:{number}")) for number in range(30)]
    async with asyncio.timeout(MAX_WAIT_SECONDS):
        await wait_until_queued(usual_rate_limiter)
    looked = await retrieve_intent(client, intent["id"])  # a read that a person waits for
    cancelled = await cancel_intent(client, intent["id"], "the one that matters")
    assert (looked.status, cancelled.status) == (PaymentIntentStatus.REQUIRES_CAPTURE, PaymentIntentStatus.CANCELED)
    assert not all(task.done() for task in reads + looks)
    assert not all(task.done() for task in writes)
    await asyncio.gather(*reads, *looks, *writes)  # and every call is made in the end


async def test_a_call_that_would_wait_too_long_is_refused_at_once(rate_limiter: StripeRateLimiter) -> None:
    await set_level(rate_limiter, -100, time.time())
    began = time.monotonic()
    with pytest.raises(TryLater, match="stripe_pace"):
        await rate_limiter.wait_until_allowed(CallPriority.RECONCILE)
    assert time.monotonic() - began < MAX_WAIT_SECONDS


async def test_a_rate_limited_saga_waits_and_goes_on_later(stack: WorkerStack, rate_limiter: StripeRateLimiter) -> None:
    order = await stack.open_order()
    await stack.cancel(await stack.committed_member(order.customer_id), order)
    await set_level(rate_limiter, -100, time.time())
    busy = replace(stack.new_worker("busy"), stripe=client_with_rate_limit(stack, rate_limiter))
    await stack.run_due(busy)
    resting = await stack.saga(order, "cancel_order")
    assert (resting.status, resting.error) == ("running", "stripe_pace: too many calls before this cancel")
    await rate_limiter.redis.delete("campusg:stripe:calls")
    await stack.run_now(busy)
    assert (await stack.saga(order, "cancel_order")).status == "done"
    assert [one["status"] for one in await stack.intents(order.id)] == ["canceled"]


async def test_after_a_429_a_cancel_is_the_first_to_call_again(
    stack: WorkerStack, rate_limiter: StripeRateLimiter, redis_url: str
) -> None:
    other = open_stripe_rate_limiter(redis_url, SLOW_RATE)
    await stack.inject_fault("POST /v1/customers", "status", status=429)
    with pytest.raises(TryLater, match="rate_limit"):
        await create_customer(client_with_rate_limit(stack, rate_limiter), {}, "too fast")
    first, last = (
        await other.acquire(CallPriority.CANCEL),
        await other.acquire(CallPriority.RECONCILE),
    )
    assert PAUSE_SECONDS < first < last
    await other.close()


async def test_a_429_about_a_locked_object_slows_nobody_else(
    stack: WorkerStack, rate_limiter: StripeRateLimiter
) -> None:
    await stack.inject_fault("POST /v1/customers", "status", status=429, code="lock_timeout")
    with pytest.raises(TryLater, match="lock_timeout"):
        await create_customer(client_with_rate_limit(stack, rate_limiter), {}, "locked")
    assert await rate_limiter.acquire(CallPriority.RECONCILE) == 0


async def test_without_redis_each_process_goes_on_at_half_the_rate(unused_tcp_port: int) -> None:
    alone = open_stripe_rate_limiter(f"redis://127.0.0.1:{unused_tcp_port}/0", 40)
    assert (alone.local_bucket.per_second, alone.local_bucket.capacity) == (20, 20)
    assert await count_free_calls(alone, CallPriority.RECONCILE) >= 12
    assert await alone.acquire(CallPriority.CANCEL) == 0
    await alone.pause()
    assert 0 < await alone.acquire(CallPriority.CANCEL) < await alone.acquire(CallPriority.RECONCILE)
    await alone.wait_until_allowed(CallPriority.CANCEL)
    await alone.close()


async def test_a_clock_of_redis_that_goes_back_delays_no_call_for_long(rate_limiter: StripeRateLimiter) -> None:
    await set_level(rate_limiter, 0, time.time() + 3600)
    assert 0 < await rate_limiter.acquire(CallPriority.CANCEL) <= 1 / SLOW_RATE


def test_every_call_of_the_gateway_has_its_rank() -> None:
    for module in (WORKERS / "stripe").glob("gateway_*.py"):
        calls = [node for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Call)]
        unsent = [node for node in calls if ast.unparse(node.func).endswith("_async")]
        ranked = [node for node in calls if ast.unparse(node.func) in ("client.fetch", "client.send")]
        assert len(unsent) == len(ranked), module.name
        assert all(ast.unparse(node.args[0]).startswith("CallPriority.") for node in ranked), module.name
