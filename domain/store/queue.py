"""Ringing arq: a hint that something is due, never the fact; a lost bell is found by the sweep."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

from domain.logs import get_logger
from domain.store.unit_of_work import Enqueue, QueueJob

QUEUE_NAME = "campusg"
# So many jobs wait or run: arq looks at each of them, one after the other, before it hears the next bell. Further bells
# would mostly be heard after the sweep has found what they ring for, and make the next ones be heard later still.
MAX_QUEUED_JOBS = 24
ENQUEUE_TIMEOUT_SECONDS = 0.5  # seconds; a slow Redis must not make a person wait

log = get_logger(__name__)


def serialize_job(job: dict[str, Any]) -> bytes:
    """arq's job as JSON: whoever can write to Redis can't run code here."""
    return json.dumps(job).encode()


def deserialize_job(raw: bytes) -> dict[str, Any]:
    """The job `serialize_job` wrote."""
    job: dict[str, Any] = json.loads(raw)
    return job


def redis_settings(url: str) -> RedisSettings:
    """arq's settings for a `redis://` address; a first try that fails is not repeated for long."""
    settings = RedisSettings.from_dsn(url)
    settings.conn_retries = 1
    settings.conn_retry_delay = 0
    return settings


def merge_jobs_by_order(jobs: Sequence[QueueJob]) -> Sequence[QueueJob]:
    """One bell for all that is rung about the same order: picking up a job costs arq ten round trips to Redis."""
    several = [order for order, times in Counter(job.order_id for job in jobs).items() if order and times > 1]
    return [
        *(QueueJob("run_due_of_order", str(order), order) for order in several),
        *(job for job in jobs if job.order_id not in several),
    ]


def make_arq_enqueue(redis_url: str) -> tuple[Enqueue, "LazyArqPool"]:
    """A ring on this Redis, connecting when first needed, and its pool to close in the end."""
    pool = LazyArqPool(redis_url)

    async def enqueue(jobs: Sequence[QueueJob]) -> None:
        if not jobs:
            return
        try:
            async with asyncio.timeout(ENQUEUE_TIMEOUT_SECONDS):
                arq = await pool.get()
                if await arq.zcard(QUEUE_NAME) >= MAX_QUEUED_JOBS:
                    return
                merged = merge_jobs_by_order(jobs)
                await asyncio.gather(
                    *(arq.enqueue_job(job.name, job.subject_id, _queue_name=QUEUE_NAME) for job in merged)
                )
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("queue_jobs_not_enqueued", jobs=len(jobs), error=error)

    return enqueue, pool


class LazyArqPool:
    """A connection pool that is opened late, so that a process starts while Redis is away."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: ArqRedis | None = None
        self._opening = asyncio.Lock()  # or each of those who come while it is opened would open one

    async def get(self) -> ArqRedis:
        """The pool; raises RedisError or OSError while Redis is out of reach."""
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
        """Close what was opened, or is being opened just now."""
        async with self._opening:
            if self._pool is not None:
                await self._pool.aclose()
