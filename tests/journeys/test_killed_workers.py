"""Tests of a worker killed in the middle of each saga, after Stripe has executed the call and before its answer."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from sandbox.play.sandbox_client import SandboxClient, json_integer, json_objects
from sandbox.play.scenes.scene_steps import order_laksa, start_bot
from tests.journeys.interrupted_sagas import HANG_SECONDS, PREPARATIONS, START_TIMEOUT_SECONDS, InterruptedSaga
from tests.journeys.journey_stack import POLL_INTERVAL_SECONDS, JourneyStack

MAX_TAKEOVER_SECONDS = 5.0  # from the kill
MAX_RESTART_SECONDS = 10.0
NO_ORDER_MESSAGE_DUE_SQL = (
    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM order_message WHERE order_id = $1 AND due_at IS NOT NULL)"
)
WAIT_TIMEOUT_SECONDS = 30.0
STABLE_SECONDS = 0.5  # longer than a running process takes between two statements of a transaction
CAMPUS_NAMES = ("east", "south", "west")
OPEN_TRANSACTION_SQL = (
    "SELECT 1 FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
    " AND state_change < clock_timestamp() - interval '0.3 seconds'"
)
MOVED_ON_SQL = (
    "SELECT now() AS at FROM saga WHERE id = $1"
    " AND (position > $2 OR status NOT IN ('running', 'compensating') OR call ->> 'name' IS DISTINCT FROM $3)"
)

Seconds = dict[str, float]


@pytest.fixture(scope="module")
async def takeover_seconds(stack: JourneyStack) -> Seconds:
    """Seconds until another worker continued each saga. It was suspended before the kill, so that it took no part."""
    stack.processes.start_application_process("worker-2", "workers")
    stack.processes.wait_ready("worker-2")
    first, second = stack.processes.processes["worker-1"], stack.processes.processes["worker-2"]
    try:
        async with AsyncExitStack() as leaving:
            prepared = await prepare_all(stack, leaving)
            async with suspended_process(stack, second.pid):
                sagas = await interrupt_all(stack, prepared)
                first.kill()
                killed = time.monotonic()
            seconds = await seconds_until_continued(stack, sagas, killed)
        first.restart()
        stack.processes.wait_ready("worker-1")
        return seconds
    finally:  # the other tests expect a single worker
        stack.processes.processes.pop("worker-2").stop()


@pytest.fixture(scope="module")
async def restart_seconds(stack: JourneyStack) -> Seconds:
    """Seconds until the only worker, restarted at once, continued each saga."""
    only = stack.processes.processes["worker-1"]
    async with AsyncExitStack() as leaving:
        prepared = await prepare_all(stack, leaving)
        sagas = await interrupt_all(stack, prepared)
        only.kill()
        only.restart()
        return await seconds_until_continued(stack, sagas, time.monotonic())


async def test_an_order_given_back_while_no_worker_runs_is_open_again_when_one_does(stack: JourneyStack) -> None:
    only = stack.processes.processes["worker-1"]
    async with stack.running_scene("west") as context:
        await start_bot(context.ana)
        await start_bot(context.ben)
        order = await order_laksa(context.mei)
        await context.ana.tap("claim", subject_id=order)
        await context.ana.tap("release", subject_id=order)
        await context.ben.wait_for_message(f"#{order}", f"Taken by {context.ana.name}")
        await stack.wait_for_row(
            NO_ORDER_MESSAGE_DUE_SQL, order, within=WAIT_TIMEOUT_SECONDS
        )  # an order message leased by a killed worker would stay leased for ten seconds
        only.kill()
        await context.ana.tap("release_sure", subject_id=order)
        assert [row["status"] for row in await stack.fetch_rows("SELECT status FROM orders WHERE id = $1", order)] == [
            "CREATED"
        ]
        only.restart()
        await context.ben.tap("claim", subject_id=order, timeout=MAX_RESTART_SECONDS)
        await context.ben.wait_for_message(f"#{order}: buy it now")


@pytest.mark.parametrize("kind", sorted(PREPARATIONS))
async def test_another_worker_continues_within_five_seconds(takeover_seconds: Seconds, kind: str) -> None:
    print(f"{kind}: continued {takeover_seconds[kind]:.1f} s after the kill")
    assert takeover_seconds[kind] <= MAX_TAKEOVER_SECONDS


@pytest.mark.parametrize("kind", sorted(PREPARATIONS))
async def test_the_only_worker_continues_within_ten_seconds_of_its_restart(restart_seconds: Seconds, kind: str) -> None:
    print(f"{kind}: continued {restart_seconds[kind]:.1f} s after the restart")
    assert restart_seconds[kind] <= MAX_RESTART_SECONDS


async def prepare_all(stack: JourneyStack, leaving: AsyncExitStack) -> dict[str, InterruptedSaga]:
    """Bring every saga to the moment before its call, in parallel."""
    scenes = [
        await leaving.enter_async_context(stack.running_scene(CAMPUS_NAMES[at % len(CAMPUS_NAMES)]))
        for at in range(len(PREPARATIONS))
    ]
    found = await asyncio.gather(
        *(prepare(stack, context) for prepare, context in zip(PREPARATIONS.values(), scenes, strict=True))
    )
    return dict(zip(PREPARATIONS, found, strict=True))


async def interrupt_all(
    stack: JourneyStack, prepared: dict[str, InterruptedSaga]
) -> dict[str, tuple[object, int, str]]:
    """Start every saga and wait until its call hangs. Return the id, the position and the call of each saga."""
    async with stack.running_scene() as context:
        for one in prepared.values():
            fault = {"path": one.call, "kind": "hang", "seconds": HANG_SECONDS, "before": False}
            await context.stripe.post("/sim/faults", fault)
        before = max(
            (json_integer(call["seq"]) for call in json_objects(await context.stripe.get("/sim/requests"))), default=0
        )
        for one in prepared.values():
            await one.trigger()
        await wait_until_executed(context.stripe, before, {one.call for one in prepared.values()})
    sagas = {}
    for kind, one in prepared.items():
        row = await stack.wait_for_row(one.saga, one.subject, within=START_TIMEOUT_SECONDS)
        sagas[kind] = (row["id"], row["position"], row["name"])
    return sagas


async def wait_until_executed(stripe: SandboxClient, before: int, calls: set[str]) -> None:
    """Wait until Stripe has executed each of these calls and holds its answer."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while missing := calls - {
        f"{one['verb']} {one['path']}" for one in json_objects(await stripe_calls_since(stripe, before))
    }:
        assert time.monotonic() < deadline, f"never called: {missing}"
        await asyncio.sleep(POLL_INTERVAL_SECONDS)


async def stripe_calls_since(stripe: SandboxClient, before: int) -> object:
    """Return the calls to Stripe after number `before`."""
    return await stripe.get("/sim/requests", after=before)


async def seconds_until_continued(
    stack: JourneyStack, sagas: dict[str, tuple[object, int, str]], since: float
) -> Seconds:
    """Return the seconds from `since` until each saga has recorded the outcome of its call."""

    async def one(saga: tuple[object, int, str]) -> float:
        await stack.wait_for_row(MOVED_ON_SQL, *saga, within=WAIT_TIMEOUT_SECONDS)
        return time.monotonic() - since

    return dict(zip(sagas, await asyncio.gather(*(one(saga) for saga in sagas.values())), strict=True))


@asynccontextmanager
async def suspended_process(stack: JourneyStack, process: int) -> AsyncIterator[None]:
    """Suspend a process (SIGSTOP) for the length of a block, between two of its transactions.

    Suspended inside of a transaction, it would keep its row locks, which a killed process does not.
    """
    os.kill(process, signal.SIGSTOP)
    while await has_open_transaction(stack):
        os.kill(process, signal.SIGCONT)
        await asyncio.sleep(POLL_INTERVAL_SECONDS)
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


async def has_open_transaction(stack: JourneyStack) -> bool:
    """Return whether a transaction has been idle for a while, because its process is suspended inside of it."""
    await asyncio.sleep(STABLE_SECONDS)
    return bool(await stack.fetch_rows(OPEN_TRANSACTION_SQL))
