"""The sweeper of a worker: it finds timers, sagas, payouts, messages, events and lists that are due in Postgres."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial

from domain.database.unit_of_work import AutocommitConnectionFactory
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from workers.engine.worker_context import WorkerContext
from workers.metrics.worker_metrics import WorkerMetrics
from workers.reconciliation.reconciler import reconcile
from workers.scheduling.due_timers import MAX_TIMERS, fire_timers
from workers.scheduling.due_work_repository import has_due_timer, has_unhandled_event, list_due_sagas
from workers.scheduling.ended_restrictions import tell_ended
from workers.scheduling.held_payouts import HeldPayoutSweeper
from workers.stripe.event_handler import handle_waiting_stripe_events
from workers.telegram.outbox_sweeper import OutboxSweeper
from workers.telegram.sender_context import SenderContext

SWEEP_INTERVAL_SECONDS = Timeout.SWEEP_INTERVAL.seconds
SEND_INTERVAL_SECONDS = Timeout.SEND_SWEEP_INTERVAL.seconds
HELD_PAYOUT_INTERVAL_SECONDS = Timeout.HELD_PAY_INTERVAL.seconds
ENDED_RESTRICTION_INTERVAL_SECONDS = Timeout.ENDED_RESTRICTION_INTERVAL.seconds
RECONCILE_INTERVAL_SECONDS = Timeout.RECONCILE_INTERVAL.seconds
MAX_BATCH_SIZE = 50
MAX_TIMER_BATCHES = 10  # in one turn, when many timers are due at once; then sagas have theirs
# Due work first gets this time to arrive through the queue. After it the sweeper starts it, and the job runs in vain.
QUEUE_HEAD_START = Timeout.QUEUE_HEAD_START.delta

log = get_logger(__name__)

SweepTask = Callable[[], Awaitable[None]]
RunSaga = Callable[[str], Awaitable[None]]
SweepTasks = Mapping[str, SweepTask]  # by the name that metrics give them


async def sweep(
    context: WorkerContext, sender_context: SenderContext, run_saga: RunSaga, stopping: asyncio.Event
) -> None:
    """Find and start what is due until `stopping`; a failed turn is logged, and the next one goes on."""
    tasks: set[asyncio.Task[None]] = set()
    autocommit, repeat = sender_context.autocommit, partial(_repeat, context.metrics, stopping)
    outbox_sweeper = OutboxSweeper(sender_context=sender_context)
    held_payouts = HeldPayoutSweeper(context=context)
    await asyncio.gather(
        repeat(
            {
                "timers": partial(_fire_due_timers, context, autocommit),
                "sagas": partial(_start_due_sagas, context, run_saga, autocommit, tasks),
            }
        ),
        repeat({"stripe_events": partial(_handle_waiting_events, context, autocommit)}),
        repeat({"outbox": partial(outbox_sweeper.start_due, QUEUE_HEAD_START)}, SEND_INTERVAL_SECONDS),
        repeat({"reconciliation": partial(reconcile, context, stopping)}, RECONCILE_INTERVAL_SECONDS),
        repeat({"held_payouts": held_payouts.release_due}, HELD_PAYOUT_INTERVAL_SECONDS),
        repeat({"ended_restrictions": partial(tell_ended, context)}, ENDED_RESTRICTION_INTERVAL_SECONDS),
    )
    await outbox_sweeper.finish()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat(
    metrics: WorkerMetrics,
    stopping: asyncio.Event,
    sweep_tasks: SweepTasks,
    interval_seconds: float = SWEEP_INTERVAL_SECONDS,
) -> None:
    for name in sweep_tasks:
        metrics.sweep_failures.labels(name)
    while not stopping.is_set():
        for name, sweep_task in sweep_tasks.items():
            try:
                with metrics.sweep_seconds.labels(name).time():
                    await sweep_task()
            except Exception as exception:
                metrics.sweep_failures.labels(name).inc()
                log.warning("sweep_failed", task=name, error=exception)
            else:
                metrics.swept_at.labels(name).set_to_current_time()
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), interval_seconds)


async def _fire_due_timers(context: WorkerContext, autocommit: AutocommitConnectionFactory) -> None:
    async with autocommit() as connection:
        due = await has_due_timer(connection)
    for _ in range(MAX_TIMER_BATCHES if due else 0):
        if await fire_timers(context) < MAX_TIMERS:
            return


async def _handle_waiting_events(context: WorkerContext, autocommit: AutocommitConnectionFactory) -> None:
    async with autocommit() as connection:
        waiting = await has_unhandled_event(connection)
    if waiting:
        await handle_waiting_stripe_events(context, MAX_BATCH_SIZE)


async def _start_due_sagas(
    context: WorkerContext,
    run_saga: RunSaga,
    autocommit: AutocommitConnectionFactory,
    tasks: set[asyncio.Task[None]],
) -> None:
    async with autocommit() as connection:
        found = await list_due_sagas(connection, MAX_BATCH_SIZE)
    for saga_id in found:
        if saga_id not in context.running_saga_ids:
            task = asyncio.create_task(_run_one(run_saga, str(saga_id)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)


async def _run_one(run_saga: RunSaga, saga_id: str) -> None:
    try:
        await run_saga(saga_id)
    except Exception as exception:
        log.warning("saga_failure_not_recorded", saga=saga_id, error=exception)
