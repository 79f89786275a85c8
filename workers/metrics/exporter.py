"""The turns in which a worker reads what the database and the queue know, and sends the heartbeat."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from prometheus_client import start_http_server

from domain.database.queue import LazyArqPool, read_queue
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from workers.metrics.database_gauges import NO_READINGS, DatabaseCollector, read_gauges, register_collector
from workers.metrics.heartbeat import send_heartbeat
from workers.metrics.metrics_reader_repository import hold_reader
from workers.metrics.worker_metrics import WorkerMetrics

INTERVAL_SECONDS = Timeout.METRICS_INTERVAL.seconds
READING_SECONDS = Timeout.METRICS_READING.seconds
HEARTBEAT_INTERVAL_SECONDS = Timeout.HEARTBEAT_INTERVAL.seconds

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """What a worker exports of the database and the queue."""

    name: str  # of the worker
    database: UnitOfWorkFactory
    queue: LazyArqPool
    collector: DatabaseCollector
    metrics: WorkerMetrics
    heartbeat_url: str | None


def open_exporter(
    metrics: WorkerMetrics, *, name: str, database: UnitOfWorkFactory, queue: LazyArqPool, heartbeat_url: str | None
) -> Exporter:
    """Return an exporter into the registry of these metrics; it has read nothing yet."""
    return Exporter(
        name=name,
        database=database,
        queue=queue,
        collector=register_collector(metrics.registry),
        metrics=metrics,
        heartbeat_url=heartbeat_url,
    )


def export_connections(metrics: WorkerMetrics, *, maximum: int, count_in_use: Callable[[], int]) -> None:
    """Export how many connections to Postgres the process may have and has in use."""
    metrics.connections_max.set(maximum)
    metrics.connections_in_use.set_function(count_in_use)


def serve_metrics(metrics: WorkerMetrics, host: str, port: int) -> Callable[[], None]:
    """Serve /metrics from a thread; return the function that stops it. Raise OSError when the port is taken."""
    server, thread = start_http_server(port, host, metrics.registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop


async def export_until(exporter: Exporter, stopping: asyncio.Event) -> None:
    """Read in turns until `stopping`; what can't be read is not exported, so that nobody sees old numbers."""
    beat_at = 0.0
    while not stopping.is_set():
        await read_turn(exporter)
        if exporter.heartbeat_url and exporter.collector.readings and time.monotonic() >= beat_at:
            beat_at = time.monotonic() + HEARTBEAT_INTERVAL_SECONDS
            await send_heartbeat(exporter.heartbeat_url, exporter.collector.readings)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), INTERVAL_SECONDS)


async def read_turn(exporter: Exporter) -> None:
    """Read the database, unless another worker reads it, and the queue."""
    await _attempt("database_gauges_not_read", partial(_read_database, exporter), exporter.collector)
    await _attempt("queue_not_read", partial(_read_queue, exporter), None)


async def _attempt(event: str, read: Callable[[], Awaitable[None]], collector: DatabaseCollector | None) -> None:
    try:
        async with asyncio.timeout(READING_SECONDS):
            await read()
    except Exception as error:  # whatever the drivers raise: the next turn comes soon
        log.warning(event, error=error)
        if collector is not None:
            collector.readings = NO_READINGS


async def _read_database(exporter: Exporter) -> None:
    async with exporter.database() as work:
        is_reader = await hold_reader(work, exporter.name)
        readings = await read_gauges(work) if is_reader else NO_READINGS
    exporter.collector.readings = readings


async def _read_queue(exporter: Exporter) -> None:
    state = await read_queue(exporter.queue)
    exporter.metrics.queue_jobs.set(state.jobs)
    exporter.metrics.queue_oldest_seconds.set(state.oldest_seconds)
