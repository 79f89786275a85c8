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
from domain.store.bell import QUEUE, arq_ring, from_json, redis_settings, to_json
from domain.store.campuses import all_campuses
from domain.store.inbox import require_tables
from domain.store.unit_of_work import Database, connect, database, singly
from workers.buckets import open_buckets
from workers.errands import Errands
from workers.jobs import JOBS
from workers.leases import keep_leases
from workers.messages import Office
from workers.queue_listener import DRAIN_WITHIN, listen
from workers.stripe_gateway import open_client
from workers.stripe_pace import open_pace
from workers.sweep import sweep
from workers.telegram_sender import open_sender
from workers.workshop import Workshop

POLL_DELAY = 0.05  # seconds between arq's looks into Redis: half of it is the mean pick-up
JOB_WITHIN = 60  # seconds; every wait inside a job is shorter
POSTGRES_AGAIN_AFTER = 1.0  # seconds
CAMPUSES_EVERY = 5.0  # seconds between two looks for new campuses

log = get_logger(__name__)


async def work(settings: WorkerSettings) -> None:
    """Run one worker until SIGTERM or SIGINT, then let what runs finish."""
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    engine = connect(settings.database_url, size=20)
    ring, pool = arq_ring(settings.redis_url)
    errands = Errands(far=ring, stopping=stopping)
    store = database(engine, errands.ring)
    await _wait_for_postgres(store, stopping)
    if not stopping.is_set():
        pace = open_pace(settings.redis_url, settings.stripe_calls)
        client = open_client(settings.stripe_secret_key, settings.stripe_api_url, pace)
        name = f"{socket.gethostname()}:{os.getpid()}"
        workshop = Workshop(database=store, stripe=client, name=name, room=asyncio.Semaphore(settings.jobs))
        tokens: dict[int, str] = {}
        sender = open_sender(settings.telegram_api_url, tokens)
        buckets = open_buckets(settings.redis_url)
        office = Office(database=store, singly=singly(engine), sender=sender, buckets=buckets)
        leases = connect(settings.database_url, size=1)
        keeping = asyncio.create_task(keep_leases(database(leases, errands.ring), workshop))
        following = asyncio.create_task(_follow_campuses(store, settings, tokens))
        context = {"workshop": workshop, "office": office}
        errands.open(JOBS, context)
        await _serve(settings, context, stopping)
        await errands.finish(DRAIN_WITHIN)
        following.cancel()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await leases.dispose()
        await client.close()
        await pace.close()
        await sender.close()
        await buckets.close()
    await pool.close()
    await engine.dispose()


async def _serve(settings: WorkerSettings, context: dict[str, Any], stopping: asyncio.Event) -> None:
    print("workers ready", flush=True)
    listening = asyncio.create_task(listen(partial(_arq, settings, context), stopping))
    await sweep(context["workshop"], context["office"], stopping)
    await listening


async def _wait_for_postgres(store: Database, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        try:
            async with store() as unit:
                await require_tables(unit)
            return
        except Exception as error:  # whatever the driver raises while Postgres starts or is not migrated yet
            print(f"worker waits for Postgres: {type(error).__name__}", flush=True)
            await asyncio.sleep(POSTGRES_AGAIN_AFTER)


async def _follow_campuses(store: Database, settings: WorkerSettings, tokens: dict[int, str]) -> None:
    """Keep the bot token of each campus that has one, by the campus' number; new campuses are found by themselves."""
    while True:
        try:
            async with store() as unit:
                campuses = await all_campuses(unit)
        except Exception as fault:
            log.warning("campuses_not_read", error=fault)
        else:
            found = {campus.id: settings.tokens.of(campus.name, alone=len(campuses) == 1) for campus in campuses}
            tokens |= {campus_id: token for campus_id, token in found.items() if token is not None}
        await asyncio.sleep(CAMPUSES_EVERY)


def _arq(settings: WorkerSettings, context: dict[str, Any]) -> Worker:
    return Worker(
        functions=[func(job, name=job.__name__, keep_result=0, max_tries=1_000) for job in JOBS],
        queue_name=QUEUE,
        redis_settings=_patient(redis_settings(settings.redis_url)),
        handle_signals=False,
        max_jobs=settings.jobs,
        job_timeout=JOB_WITHIN,
        keep_result=0,
        poll_delay=POLL_DELAY,
        health_check_interval=15,
        job_serializer=to_json,
        job_deserializer=from_json,
        ctx=context,
    )


def _patient(settings: RedisSettings) -> RedisSettings:
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
