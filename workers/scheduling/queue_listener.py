"""The queue listener: it runs arq's worker, and starts a new one after a failure."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from arq.worker import Worker
from redis.exceptions import RedisError

from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout

DRAIN_TIMEOUT_SECONDS = Timeout.WORKER_DRAIN.seconds
RESTART_DELAY_SECONDS = Timeout.QUEUE_RESTART.seconds

log = get_logger(__name__)


async def run_queue_listener(open_worker: Callable[[], Worker], stopping: asyncio.Event) -> None:
    """Run queue jobs until `stopping`; while Redis or arq fails, the sweeper does the same work a little later."""
    while not stopping.is_set():
        try:
            await _run_until_stopped(open_worker(), stopping)
        except (RedisError, OSError) as error:
            log.warning("queue_unavailable", error=error)
        except Exception:
            log.exception("queue_listener_failed")
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), RESTART_DELAY_SECONDS)
    log.info("queue_listener_stopped")


async def _run_until_stopped(worker: Worker, stopping: asyncio.Event) -> None:
    """Run arq's worker until `stopping`, then let its jobs finish; raise its error when it fails."""
    running = asyncio.create_task(worker.async_run())
    stopped = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            worker.allow_pick_jobs = False
            if worker.tasks:
                await asyncio.wait(worker.tasks.values(), timeout=DRAIN_TIMEOUT_SECONDS)
        if running.done():
            _require_no_fault(running)
    finally:
        stopped.cancel()
        running.cancel()
        await _close(worker, running)


async def _close(worker: Worker, running: asyncio.Task[None]) -> None:
    """Close the worker in a task of its own: arq raises CancelledError in it when one of its jobs was cancelled."""
    closing = asyncio.create_task(worker.close())
    await asyncio.wait({running, closing})
    try:
        _require_no_fault(closing)
    except (RedisError, OSError) as error:
        log.info("queue_gone_at_shutdown", error=error)
    except Exception:
        log.exception("queue_listener_not_closed")
    if worker.pool is not None:
        await worker.pool.aclose()


def _require_no_fault(ended: asyncio.Task[None]) -> None:
    """Raise the error of the task, unless it was cancelled."""
    exception = None if ended.cancelled() else ended.exception()
    if exception is not None:
        raise exception
