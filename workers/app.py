"""The composition root of a worker: everything that a worker process uses is opened and closed here."""

import asyncio
import os
import signal
import socket
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from arq.connections import RedisSettings
from arq.worker import func
from redis import exceptions as redis_errors
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.campuses.repository import list_campuses
from domain.database.clock import ProcessClock, watch_clock
from domain.database.queue import (
    QUEUE_NAME,
    LazyArqPool,
    deserialize_job,
    make_arq_enqueue,
    redis_settings,
    serialize_job,
)
from domain.database.unit_of_work import (
    UnitOfWorkFactory,
    count_connections_in_use,
    create_autocommit_factory,
    create_database_engine,
    create_unit_of_work_factory,
)
from domain.inbox.repository import require_tables
from domain.registers import build_registers, build_saga_register
from domain.settings.logs import get_logger
from domain.settings.settings import WorkerSettings
from domain.settings.timeouts import Timeout
from domain.tracing.switch import open_tracing
from workers.check.services_check import define_services_check
from workers.engine.jobs import JOBS
from workers.engine.leases import keep_leases
from workers.engine.worker_context import WorkerContext
from workers.metrics.exporter import export_connections, export_until, open_exporter, serve_metrics
from workers.metrics.worker_metrics import WorkerMetrics, new_worker_metrics, start_at_zero
from workers.registers import RegisterBuilder, build_worker_registers
from workers.scheduling.local_tasks import LocalTaskRunner
from workers.scheduling.pushed_worker import PushedWorker
from workers.scheduling.queue_listener import DRAIN_TIMEOUT_SECONDS, run_queue_listener
from workers.scheduling.sweeper import sweep
from workers.stripe.gateway import PhotoReader, open_stripe_gateway
from workers.stripe.platform.platform_check import check_platform, is_live_key
from workers.stripe.platform.platform_watch import check_platform_later
from workers.stripe.rate_limit import open_stripe_rate_limiter
from workers.telegram.answers import AnswerWaits
from workers.telegram.rate_limit import open_telegram_rate_limiter
from workers.telegram.sender import open_telegram_sender
from workers.telegram.sender_context import SenderContext
from workers.tracing.parts import Parts, trace_parts

JOB_TIMEOUT_SECONDS = Timeout.JOB.whole_seconds
POSTGRES_RETRY_DELAY_SECONDS = Timeout.POSTGRES_RETRY.seconds
CAMPUS_POLL_INTERVAL_SECONDS = Timeout.CAMPUS_POLL_INTERVAL.seconds

log = get_logger(__name__)


async def run_worker(settings: WorkerSettings, registers: RegisterBuilder = build_worker_registers) -> None:
    """Run one worker with these registers until SIGTERM or SIGINT, then let the jobs and sends in flight finish."""
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    async with AsyncExitStack() as resources:
        engine = create_database_engine(settings.database_url, pool_size=settings.postgres_connections)
        resources.push_async_callback(engine.dispose)
        enqueue, queue_pool = make_arq_enqueue(settings.redis_url)
        resources.push_async_callback(queue_pool.close)
        local_tasks = LocalTaskRunner(enqueue=enqueue, stopping=stopping)
        parts = _open_parts(resources, settings, engine, local_tasks, registers)
        open_database = parts.database
        await _wait_for_postgres(open_database, stopping)
        if stopping.is_set():
            return
        tokens: dict[int, str] = {}
        metrics = new_worker_metrics(parts.call_histogram)
        start_at_zero(metrics, {kind for kind, _ in build_saga_register().sagas})
        sender_context = _open_sender_context(resources, settings, engine, open_database, tokens, metrics)
        context = _open_worker_context(resources, settings, open_database, metrics, sender_context.sender.read_photo)
        _export_metrics(resources, settings, engine, context, queue_pool, stopping)
        is_live = is_live_key(settings.stripe_secret_key)
        if not await check_platform(open_database, context.stripe, is_live=is_live):
            _start_until_closed(
                resources, check_platform_later(open_database, context.stripe, stopping, is_live=is_live)
            )
        lease_engine = create_database_engine(settings.database_url, pool_size=1)
        resources.push_async_callback(lease_engine.dispose)
        lease_database = create_unit_of_work_factory(lease_engine, local_tasks.run_or_enqueue, registers())
        _start_until_closed(resources, keep_leases(lease_database, context))
        _start_until_closed(resources, _refresh_tokens(open_database, settings, tokens))
        _start_until_closed(resources, watch_clock(ProcessClock(), open_database))
        jobs = {job.__name__: job for job in parts.jobs}
        arq_context = {"worker_context": context, "sender_context": sender_context, "jobs": jobs}
        local_tasks.start(parts.jobs, arq_context)
        await _serve(settings, arq_context, stopping)
        await local_tasks.drain(DRAIN_TIMEOUT_SECONDS)


def _open_parts(
    resources: AsyncExitStack,
    settings: WorkerSettings,
    engine: AsyncEngine,
    local_tasks: LocalTaskRunner,
    build: RegisterBuilder,
) -> Parts:
    looked_at = create_unit_of_work_factory(engine, local_tasks.run_or_enqueue, build_registers())
    registers = build(look_at_services=define_services_check(settings, looked_at))
    database = create_unit_of_work_factory(engine, local_tasks.run_or_enqueue, registers)
    tracing = open_tracing("workers", settings.traces_url)
    if tracing is not None:
        resources.push_async_callback(tracing.close)
    return trace_parts(tracing, create_autocommit_factory(engine), Parts(database=database, jobs=JOBS))


def _open_sender_context(
    resources: AsyncExitStack,
    settings: WorkerSettings,
    engine: AsyncEngine,
    open_database: UnitOfWorkFactory,
    tokens: dict[int, str],
    metrics: WorkerMetrics,
) -> SenderContext:
    rate_limiter = open_telegram_rate_limiter(settings.redis_url, metrics)
    resources.push_async_callback(rate_limiter.close)
    sender = open_telegram_sender(settings.telegram_api_url, tokens, metrics)
    resources.push_async_callback(sender.close)
    waits = AnswerWaits()
    resources.push_async_callback(waits.close)
    return SenderContext(
        database=open_database,
        autocommit=create_autocommit_factory(engine),
        sender=sender,
        rate_limiter=rate_limiter,
        has_console=settings.console_url is not None,
        waits=waits,
    )


def _open_worker_context(
    resources: AsyncExitStack,
    settings: WorkerSettings,
    open_database: UnitOfWorkFactory,
    metrics: WorkerMetrics,
    read_photo: PhotoReader,
) -> WorkerContext:
    rate_limiter = open_stripe_rate_limiter(settings.redis_url, settings.stripe_calls_per_second)
    resources.push_async_callback(rate_limiter.close)
    client = open_stripe_gateway(
        settings.stripe_secret_key,
        settings.stripe_api_url,
        rate_limiter,
        platform_confirmed=asyncio.Event(),
        metrics=metrics,
        read_photo=read_photo,
    )
    resources.push_async_callback(client.close)
    return WorkerContext(
        database=open_database,
        stripe=client,
        name=f"{socket.gethostname()}:{os.getpid()}",
        saga_slots=asyncio.Semaphore(settings.max_concurrent_jobs),
        metrics=metrics,
    )


def _export_metrics(
    resources: AsyncExitStack,
    settings: WorkerSettings,
    engine: AsyncEngine,
    context: WorkerContext,
    queue_pool: LazyArqPool,
    stopping: asyncio.Event,
) -> None:
    """Serve the metrics, and read in turns what the database knows, if either is wanted."""
    if settings.metrics_port:
        try:
            resources.callback(serve_metrics(context.metrics, settings.http_host, settings.metrics_port))
        except OSError as error:  # the port is taken; orders matter more than numbers
            log.warning("metrics_not_served", port=settings.metrics_port, error=error)
    if settings.metrics_port or settings.heartbeat_url:
        count_in_use = partial(count_connections_in_use, engine)
        export_connections(context.metrics, maximum=settings.postgres_connections, count_in_use=count_in_use)
        exporter = open_exporter(
            context.metrics,
            name=context.name,
            database=context.database,
            queue=queue_pool,
            heartbeat_url=settings.heartbeat_url,
        )
        _start_until_closed(resources, export_until(exporter, stopping))


def _start_until_closed(resources: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    resources.push_async_callback(_cancel_task, asyncio.create_task(work))


async def _cancel_task(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _serve(settings: WorkerSettings, arq_context: dict[str, Any], stopping: asyncio.Event) -> None:
    print("workers ready", flush=True)
    open_queue_worker = partial(new_queue_worker, settings, arq_context)
    queue_listener = asyncio.create_task(run_queue_listener(open_queue_worker, stopping))
    run_saga = partial(arq_context["jobs"]["run_saga"], arq_context)
    await sweep(arq_context["worker_context"], arq_context["sender_context"], run_saga, stopping)
    await queue_listener


async def _wait_for_postgres(open_database: UnitOfWorkFactory, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        try:
            async with open_database() as work:
                await require_tables(work)
            return
        except Exception as error:  # whatever the driver raises while Postgres starts or is not migrated yet
            log.warning("postgres_unavailable", error=error)
            await asyncio.sleep(POSTGRES_RETRY_DELAY_SECONDS)


async def _refresh_tokens(open_database: UnitOfWorkFactory, settings: WorkerSettings, tokens: dict[int, str]) -> None:
    """Keep `tokens` up to date until cancelled: campus id -> bot token, with campuses that are added later."""
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


def new_queue_worker(settings: WorkerSettings, arq_context: dict[str, Any]) -> PushedWorker:
    """Return arq's worker with our jobs and timeouts; it connects when it runs."""
    return PushedWorker(
        functions=[func(job, name=name, keep_result=0, max_tries=1_000) for name, job in arq_context["jobs"].items()],
        queue_name=QUEUE_NAME,
        redis_settings=_with_redis_retries(redis_settings(settings.redis_url)),
        handle_signals=False,
        max_jobs=settings.max_concurrent_jobs,
        job_timeout=JOB_TIMEOUT_SECONDS,
        keep_result=0,
        health_check_interval=Timeout.QUEUE_HEALTH_INTERVAL.seconds,
        job_serializer=serialize_job,
        job_deserializer=deserialize_job,
        ctx=arq_context,
    )


def _with_redis_retries(settings: RedisSettings) -> RedisSettings:
    """Let arq retry through a short outage; a longer one ends its loop, and `run_queue_listener` starts it again."""
    settings.retry = Retry(
        ExponentialBackoff(cap=Timeout.REDIS_RETRY_MAX.seconds, base=Timeout.REDIS_RETRY.seconds), 20
    )
    settings.retry_on_timeout = True
    settings.retry_on_error = [
        redis_errors.ConnectionError,
        redis_errors.TimeoutError,
        redis_errors.BusyLoadingError,
        OSError,
    ]
    return settings
