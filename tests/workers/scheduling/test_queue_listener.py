"""The queue listener on a real Redis: it survives everything that makes arq fail, and stops when told."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from arq.constants import health_check_key_suffix, job_key_prefix
from arq.typing import WorkerCoroutine
from arq.worker import func
from redis.asyncio import Redis

from domain.database.queue import (
    QUEUE_NAME,
    WAKE_LIST,
    deserialize_job,
    make_arq_enqueue,
    redis_settings,
    serialize_job,
)
from domain.database.unit_of_work import QueueJob
from tests.fuzz.fuzz_depth import sample
from tests.scenarios.worker_process import running_worker
from tests.stack.bot_stack import wait_until
from tests.stack.worker_stack import WorkerStack
from workers.scheduling.pushed_worker import PushedWorker
from workers.scheduling.queue_listener import run_queue_listener

pytestmark = pytest.mark.long

CORRUPT_ID = b"\xff"  # no text, so arq cannot read it
CORRUPT_JOB = "corrupt"
NO_TIME: dict[str, Any] = {"t": None, "f": "run_saga", "a": ["x"], "k": {}, "et": "not a time"}

Corrupt = Callable[[Redis], Awaitable[None]]


async def corrupt_id(redis: Redis) -> None:
    """Put an id that is no text at the head of the queue."""
    await redis.zadd(QUEUE_NAME, {CORRUPT_ID: 1})


async def corrupt_job(redis: Redis) -> None:
    """Put a queue job whose time is no number at the head of the queue."""
    await redis.set(f"{job_key_prefix}{CORRUPT_JOB}", serialize_job(NO_TIME))
    await redis.zadd(QUEUE_NAME, {CORRUPT_JOB: 1})


@pytest.mark.parametrize("corrupt", sample([corrupt_id, corrupt_job], 2))
async def test_the_listener_goes_on_after_a_corrupt_entry_made_arq_fail(
    stack: WorkerStack, database_url: str, redis_url: str, tmp_path: Path, corrupt: Corrupt
) -> None:
    enqueue, pool = make_arq_enqueue(redis_url)
    async with aclosing(Redis.from_url(redis_url)) as redis:
        await corrupt(redis)
        async with running_worker(stack, database_url, tmp_path, redis_url) as worker:
            await wait_until(lambda: worker.said("Error"))
            await redis.zrem(QUEUE_NAME, CORRUPT_ID, CORRUPT_JOB)
            await enqueue([QueueJob("update_order_message", "1")])

            async def heard() -> bool:
                return bool(await redis.zcard(QUEUE_NAME) == 0)

            await wait_until(heard)
            assert await worker.said("Traceback")
            assert await worker.stop() == 0
    await pool.close()


async def test_a_listener_that_is_told_to_stop_lets_its_queue_job_finish(redis_url: str) -> None:
    started, may_finish, stopping = asyncio.Event(), asyncio.Event(), asyncio.Event()
    finished: list[str] = []

    async def update_order_message(ctx: dict[Any, Any], subject: str) -> None:
        started.set()
        await may_finish.wait()
        finished.append(subject)

    enqueue, pool = make_arq_enqueue(redis_url)
    async with asyncio.timeout(20):
        listening = asyncio.create_task(
            run_queue_listener(partial(worker_for, redis_url, update_order_message), stopping)
        )
        await enqueue([QueueJob("update_order_message", "1")])
        await started.wait()
        stopping.set()
        ended, _ = await asyncio.wait({listening}, timeout=0.2)
        assert not ended, "it waits for its queue job"
        may_finish.set()
        await listening
    await pool.close()
    assert finished == ["1"]


@pytest.mark.parametrize("corrupt", [None, corrupt_id, corrupt_job])
async def test_cancellation_ends_the_listener(
    redis_url: str, corrupt: Corrupt | None, caplog: pytest.LogCaptureFixture
) -> None:
    async def update_order_message(ctx: dict[Any, Any], subject: str) -> None: ...

    async with aclosing(Redis.from_url(redis_url)) as redis, asyncio.timeout(20):
        if corrupt is not None:
            await corrupt(redis)
        listening = asyncio.create_task(
            run_queue_listener(partial(worker_for, redis_url, update_order_message), asyncio.Event())
        )

        async def hears_or_failed() -> bool:
            return bool(
                "Traceback" in caplog.text if corrupt else await redis.exists(QUEUE_NAME + health_check_key_suffix)
            )

        await wait_until(hears_or_failed)
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening


async def test_a_pushed_job_starts_at_once_and_an_idle_listener_asks_for_none(redis_url: str) -> None:
    started = asyncio.Queue[str]()

    async def update_order_message(ctx: dict[Any, Any], subject: str) -> None:
        started.put_nowait(subject)

    enqueue, pool = make_arq_enqueue(redis_url)
    stopping, much_longer_than_this_test = asyncio.Event(), 600.0
    listener = partial(worker_for, redis_url, update_order_message, idle_wait=much_longer_than_this_test)
    async with asyncio.timeout(20), aclosing(Redis.from_url(redis_url)) as redis:
        listening = asyncio.create_task(run_queue_listener(listener, stopping))
        for number in ("1", "2"):
            await enqueue([QueueJob("update_order_message", number)])
            assert await started.get() == number
            await wait_until_idle(redis)
        stopping.set()
        await listening
    await pool.close()


async def test_a_job_whose_push_was_lost_is_found_at_the_next_look(redis_url: str) -> None:
    started = asyncio.Event()

    async def update_order_message(ctx: dict[Any, Any], subject: str) -> None:
        started.set()

    enqueue, pool = make_arq_enqueue(redis_url)
    stopping = asyncio.Event()
    async with asyncio.timeout(20), aclosing(Redis.from_url(redis_url)) as redis:
        await enqueue([QueueJob("update_order_message", "1")])
        await redis.lpop(WAKE_LIST)  # by a worker that ended before it looked
        listener = partial(worker_for, redis_url, update_order_message, idle_wait=0.1)
        listening = asyncio.create_task(run_queue_listener(listener, stopping))
        await started.wait()
        stopping.set()
        await listening
    await pool.close()


async def wait_until_idle(redis: Redis) -> None:
    """Wait until a worker has sent nothing for a second but waits for a push: one that polls never comes to that."""

    async def idle() -> bool:
        # seconds of the clock: 1 may be a moment, 2 is more than a second
        return any("b" in client["flags"] and int(client["idle"]) >= 2 for client in await redis.client_list())

    await wait_until(idle)


def worker_for(redis_url: str, job: WorkerCoroutine, *, idle_wait: float = 0.05) -> PushedWorker:
    """arq's worker with this one function."""
    return PushedWorker(
        idle_wait=idle_wait,
        functions=[func(job, name="update_order_message", keep_result=0)],
        queue_name=QUEUE_NAME,
        redis_settings=redis_settings(redis_url),
        handle_signals=False,
        job_serializer=serialize_job,
        job_deserializer=deserialize_job,
    )
