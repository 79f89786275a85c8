"""Composition root of a worker: the only place that builds; arq and errands for latency, the sweep for certainty."""

import asyncio
import os
import signal
import socket
from functools import partial
from typing import Any

from arq.connections import RedisSettings
from arq.worker import Worker, func
from redis import exceptions as redis_errors
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

from domain.logs import get_logger
from domain.settings import WorkerSettings
from domain.store.campus_repository import list_campuses
from domain.store.inbox_repository import require_tables
from domain.store.queue import QUEUE_NAME, deserialize_job, make_arq_enqueue, redis_settings, serialize_job
from domain.store.unit_of_work import (
    UnitOfWorkFactory,
    create_autocommit_factory,
    create_database_engine,
    create_unit_of_work_factory,
)
from workers.jobs import JOBS
from workers.leases import keep_leases
from workers.local_tasks import LocalTaskRunner
from workers.outbox_sender import SenderContext
from workers.queue_listener import DRAIN_TIMEOUT_SECONDS, listen
from workers.stripe_gateway import open_stripe_gateway
from workers.stripe_rate_limit import open_stripe_rate_limiter
from workers.sweeper import sweep
from workers.telegram_rate_limit import open_telegram_rate_limiter
from workers.telegram_sender import open_telegram_sender
from workers.worker_context import WorkerContext

POLL_DELAY_SECONDS = 0.05  # seconds between arq's looks into Redis: half of it is the mean pick-up
JOB_TIMEOUT_SECONDS = 60  # seconds; every wait inside a job is shorter
POSTGRES_RETRY_DELAY_SECONDS = 1.0  # seconds
CAMPUS_POLL_INTERVAL_SECONDS = 5.0  # seconds between two looks for new campuses

log = get_logger(__name__)


async def run_worker(settings: WorkerSettings) -> None:
    """Run one worker until SIGTERM or SIGINT, then let what runs finish."""
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    engine = create_database_engine(settings.database_url, pool_size=20)
    enqueue, pool = make_arq_enqueue(settings.redis_url)
    local_tasks = LocalTaskRunner(enqueue=enqueue, stopping=stopping)
    open_database = create_unit_of_work_factory(engine, local_tasks.run_or_enqueue)
    await _wait_for_postgres(open_database, stopping)
    if not stopping.is_set():
        stripe_rate_limiter = open_stripe_rate_limiter(settings.redis_url, settings.stripe_calls_per_second)
        client = open_stripe_gateway(settings.stripe_secret_key, settings.stripe_api_url, stripe_rate_limiter)
        name = f"{socket.gethostname()}:{os.getpid()}"
        context = WorkerContext(
            database=open_database, stripe=client, name=name, saga_slots=asyncio.Semaphore(settings.max_concurrent_jobs)
        )
        tokens: dict[int, str] = {}
        sender = open_telegram_sender(settings.telegram_api_url, tokens)
        telegram_rate_limiter = open_telegram_rate_limiter(settings.redis_url)
        sender_context = SenderContext(
            database=open_database,
            autocommit=create_autocommit_factory(engine),
            sender=sender,
            rate_limiter=telegram_rate_limiter,
        )
        leases = create_database_engine(settings.database_url, pool_size=1)
        keeping = asyncio.create_task(
            keep_leases(create_unit_of_work_factory(leases, local_tasks.run_or_enqueue), context)
        )
        token_refresh = asyncio.create_task(_refresh_tokens(open_database, settings, tokens))
        arq_context = {"worker_context": context, "sender_context": sender_context}
        local_tasks.start(JOBS, arq_context)
        await _serve(settings, arq_context, stopping)
        await local_tasks.drain(DRAIN_TIMEOUT_SECONDS)
        token_refresh.cancel()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await leases.dispose()
        await client.close()
        await stripe_rate_limiter.close()
        await sender.close()
        await telegram_rate_limiter.close()
    await pool.close()
    await engine.dispose()


async def _serve(settings: WorkerSettings, arq_context: dict[str, Any], stopping: asyncio.Event) -> None:
    print("workers ready", flush=True)
    queue_worker = asyncio.create_task(listen(partial(_new_queue_worker, settings, arq_context), stopping))
    await sweep(arq_context["worker_context"], arq_context["sender_context"], stopping)
    await queue_worker


async def _wait_for_postgres(open_database: UnitOfWorkFactory, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        try:
            async with open_database() as work:
                await require_tables(work)
            return
        except Exception as error:  # whatever the driver raises while Postgres starts or is not migrated yet
            print(f"worker waits for Postgres: {type(error).__name__}", flush=True)
            await asyncio.sleep(POSTGRES_RETRY_DELAY_SECONDS)


async def _refresh_tokens(open_database: UnitOfWorkFactory, settings: WorkerSettings, tokens: dict[int, str]) -> None:
    """Keep the bot token of each campus that has one, by the campus' number; new campuses are found by themselves."""
    while True:
        try:
            async with open_database() as work:
                campuses = await list_campuses(work)
        except Exception as exception:
            log.warning("campuses_not_read", error=exception)
        else:
            found = {
                campus.id: settings.tokens.token_for(campus.name, is_only_campus=len(campuses) == 1)
                for campus in campuses
            }
            tokens |= {campus_id: token for campus_id, token in found.items() if token is not None}
        await asyncio.sleep(CAMPUS_POLL_INTERVAL_SECONDS)


def _new_queue_worker(settings: WorkerSettings, arq_context: dict[str, Any]) -> Worker:
    return Worker(
        functions=[func(job, name=job.__name__, keep_result=0, max_tries=1_000) for job in JOBS],
        queue_name=QUEUE_NAME,
        redis_settings=_with_redis_retries(redis_settings(settings.redis_url)),
        handle_signals=False,
        max_jobs=settings.max_concurrent_jobs,
        job_timeout=JOB_TIMEOUT_SECONDS,
        keep_result=0,
        poll_delay=POLL_DELAY_SECONDS,
        health_check_interval=15,
        job_serializer=serialize_job,
        job_deserializer=deserialize_job,
        ctx=arq_context,
    )


def _with_redis_retries(settings: RedisSettings) -> RedisSettings:
    """Ride out a short outage inside arq; a longer one ends its loop, and ours starts it again."""
    settings.retry = Retry(ExponentialBackoff(cap=1, base=0.05), 20)
    settings.retry_on_timeout = True
    settings.retry_on_error = [
        redis_errors.ConnectionError,
        redis_errors.TimeoutError,
        redis_errors.BusyLoadingError,
        OSError,
    ]
    return settings
