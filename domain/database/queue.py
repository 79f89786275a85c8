"""Enqueueing arq jobs: a job only hints that something is due, and the sweeper finds what a lost job meant."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

from domain.database.unit_of_work import Enqueue, QueueJob
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout

QUEUE_NAME = "campusg"
WAKE_LIST = "campusg:wake"  # of Redis: each entry wakes one worker, which then looks for jobs
# At most this many jobs wait or run. arq looks at each of them, one after the other, before it sees the next one.
# The sweeper would find the work of further jobs before arq saw them, and they would delay later jobs even more.
MAX_QUEUED_JOBS = 24
ENQUEUE_TIMEOUT_SECONDS = Timeout.REDIS_ENQUEUE.seconds

log = get_logger(__name__)


def serialize_job(job: dict[str, Any]) -> bytes:
    """Encode an arq job as JSON instead of pickle, so that write access to Redis does not allow running code here."""
    return json.dumps(job).encode()


def deserialize_job(raw: bytes) -> dict[str, Any]:
    job: dict[str, Any] = json.loads(raw)
    return job


def redis_settings(url: str) -> RedisSettings:
    """Return arq's settings for a `redis://` address; a failed connection is retried once, without delay."""
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = Timeout.REDIS_CONNECT.whole_seconds
    settings.conn_retries = 1
    settings.conn_retry_delay = 0
    return settings


def merge_jobs_by_order(jobs: Sequence[QueueJob]) -> Sequence[QueueJob]:
    """Merge the jobs of the same order into one: picking up a job costs arq ten round trips to Redis."""
    several = [order for order, times in Counter(job.order_id for job in jobs).items() if order and times > 1]
    return [
        *(QueueJob("run_due_of_order", str(order), order) for order in several),
        *(job for job in jobs if job.order_id not in several),
    ]


def make_arq_enqueue(redis_url: str) -> tuple[Enqueue, "LazyArqPool"]:
    """Return a function that enqueues on this Redis, and its pool, which the caller closes.

    It connects when first needed. A failure is logged and not raised, as the sweeper finds what is due.
    """
    pool = LazyArqPool(redis_url)

    async def enqueue(jobs: Sequence[QueueJob]) -> None:
        if not jobs:
            return
        try:
            async with asyncio.timeout(ENQUEUE_TIMEOUT_SECONDS):
                arq = await pool.get()
                room = MAX_QUEUED_JOBS - await arq.zcard(QUEUE_NAME)
                if room <= 0:
                    return
                merged = merge_jobs_by_order(jobs)[:room]
                await asyncio.gather(
                    *(arq.enqueue_job(job.name, job.subject_id, _queue_name=QUEUE_NAME) for job in merged)
                )
                await _wake_worker(arq)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("queue_jobs_not_enqueued", jobs=len(jobs), error=error)

    return enqueue, pool


async def _wake_worker(arq: ArqRedis) -> None:
    """Wake one worker; the list stays short while no worker takes from it."""
    async with arq.pipeline(transaction=False) as pipeline:
        pipeline.lpush(WAKE_LIST, b"")
        pipeline.ltrim(WAKE_LIST, 0, MAX_QUEUED_JOBS - 1)
        await pipeline.execute()


class LazyArqPool:
    """A connection pool that opens when first needed, so that a process can start while Redis cannot be reached."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: ArqRedis | None = None
        self._opening = asyncio.Lock()  # without it, each call during the opening would open another pool

    async def get(self) -> ArqRedis:
        """Return the pool. Raise RedisError or OSError while Redis cannot be reached."""
        async with self._opening:
            if self._pool is None:
                self._pool = await create_pool(
                    redis_settings(self._url),
                    job_serializer=serialize_job,
                    job_deserializer=deserialize_job,
                    default_queue_name=QUEUE_NAME,
                )
            return self._pool

    async def close(self) -> None:
        """Close the pool, also one that is being opened now."""
        async with self._opening:
            if self._pool is not None:
                await self._pool.aclose()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """How many jobs wait, and for how long the oldest one has been due, in seconds."""

    jobs: int
    oldest_seconds: float


async def read_queue(pool: LazyArqPool) -> QueueState:
    """Read the state of the queue. Raise RedisError or OSError while Redis cannot be reached."""
    arq = await pool.get()
    jobs = int(await arq.zcard(QUEUE_NAME))
    oldest = await arq.zrange(QUEUE_NAME, 0, 0, withscores=True)  # the score is the time it is due, in milliseconds
    seconds, microseconds = await arq.time()  # the clock of Redis
    age = seconds + microseconds / 1e6 - float(oldest[0][1]) / 1000 if oldest else 0.0
    return QueueState(jobs=jobs, oldest_seconds=max(age, 0.0))
