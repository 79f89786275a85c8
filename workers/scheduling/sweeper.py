"""The sweeper of a worker: it finds timers, sagas, payouts, messages, events and lists that are due in Postgres."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from domain.database.unit_of_work import AutocommitConnectionFactory
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from workers.engine.worker_context import WorkerContext
from workers.metrics.worker_metrics import WorkerMetrics
from workers.reconciliation.reconciler import reconcile
from workers.scheduling.due_timers import fire_timers
from workers.scheduling.due_work_repository import OUTBOX, SAGAS, STRIPE_EVENTS, TIMERS, find_due_kinds, list_due_sagas
from workers.scheduling.ended_restrictions import tell_ended
from workers.scheduling.held_payouts import HeldPayoutSweeper
from workers.stripe.event_handler import handle_waiting_stripe_events
from workers.telegram.outbox_sweeper import OutboxSweeper
from workers.telegram.sender_context import SenderContext

SWEEP_INTERVAL_SECONDS = Timeout.SWEEP_INTERVAL.seconds
HELD_PAYOUT_INTERVAL_SECONDS = Timeout.HELD_PAY_INTERVAL.seconds
ENDED_RESTRICTION_INTERVAL_SECONDS = Timeout.ENDED_RESTRICTION_INTERVAL.seconds
RECONCILE_INTERVAL_SECONDS = Timeout.RECONCILE_INTERVAL.seconds
MAX_BATCH_SIZE = 50
MAX_BESIDE_LATE_TIMERS = 4  # sagas, and sends, that are in flight when another one starts
MAX_TIMER_BATCHES = 10  # in one turn, when many timers are due at once
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
    outbox_sweeper = OutboxSweeper(sender_context=sender_context)
    due_sagas = DueSagas(context=context, run_saga=run_saga, autocommit=sender_context.autocommit)
    held_payouts = HeldPayoutSweeper(context=context)
    repeat = partial(_repeat, context.metrics, stopping)
    await asyncio.gather(
        _run_due_kinds(
            context.metrics,
            stopping,
            sender_context.autocommit,
            {
                TIMERS: partial(_fire_due_timers, context),
                SAGAS: partial(due_sagas.start, stopping),
                STRIPE_EVENTS: partial(handle_waiting_stripe_events, context, MAX_BATCH_SIZE),
                OUTBOX: partial(_start_due_sends, context, outbox_sweeper),
            },
        ),
        repeat("reconciliation", partial(reconcile, context, stopping), RECONCILE_INTERVAL_SECONDS),
        repeat("held_payouts", held_payouts.release_due, HELD_PAYOUT_INTERVAL_SECONDS),
        repeat("ended_restrictions", partial(tell_ended, context), ENDED_RESTRICTION_INTERVAL_SECONDS),
    )
    await outbox_sweeper.finish()
    await due_sagas.finish()


async def _run_due_kinds(
    metrics: WorkerMetrics, stopping: asyncio.Event, autocommit: AutocommitConnectionFactory, sweep_tasks: SweepTasks
) -> None:
    """Ask what is due in one statement, again and again; run the tasks of what is, each beside the others."""
    running: dict[str, asyncio.Task[None]] = {}
    for name in sweep_tasks:
        metrics.sweep_failures.labels(name)
    while not stopping.is_set():
        try:
            async with autocommit() as connection:
                due = await find_due_kinds(connection, QUEUE_HEAD_START)
        except Exception as exception:
            for name in sweep_tasks:
                metrics.sweep_failures.labels(name).inc()
            log.warning("sweep_failed", task="look", error=exception)
        else:
            for name, sweep_task in sweep_tasks.items():
                if name in running and not running[name].done():
                    continue
                if name in due:
                    running[name] = asyncio.create_task(_take_turn(metrics, name, sweep_task))
                else:
                    metrics.swept_at.labels(name).set_to_current_time()
        await _pause(stopping, SWEEP_INTERVAL_SECONDS)
    await asyncio.gather(*running.values())


async def _repeat(
    metrics: WorkerMetrics, stopping: asyncio.Event, name: str, sweep_task: SweepTask, interval_seconds: float
) -> None:
    metrics.sweep_failures.labels(name)
    while not stopping.is_set():
        await _take_turn(metrics, name, sweep_task)
        await _pause(stopping, interval_seconds)


async def _take_turn(metrics: WorkerMetrics, name: str, sweep_task: SweepTask) -> None:
    try:
        with metrics.sweep_seconds.labels(name).time():
            await sweep_task()
    except Exception as exception:
        metrics.sweep_failures.labels(name).inc()
        log.warning("sweep_failed", task=name, error=exception)
    else:
        metrics.swept_at.labels(name).set_to_current_time()


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


async def _fire_due_timers(context: WorkerContext) -> None:
    for _ in range(MAX_TIMER_BATCHES):
        if not await fire_timers(context):
            return


async def _start_due_sends(context: WorkerContext, outbox_sweeper: OutboxSweeper) -> None:
    most = MAX_BESIDE_LATE_TIMERS if context.are_timers_late else None
    await outbox_sweeper.start_due(QUEUE_HEAD_START, most)


@dataclass(slots=True, kw_only=True)
class DueSagas:
    """Starts the sagas that are due; those in flight are of this worker."""

    context: WorkerContext
    run_saga: RunSaga
    autocommit: AutocommitConnectionFactory
    in_flight: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self, stopping: asyncio.Event) -> None:
        """Start due sagas, most overdue first, in batches; the next batch when half of one is left.

        Those that wait for a place in this worker are due until they have one. The turn ends when it found no others.
        """
        is_more_due = True
        while is_more_due and not stopping.is_set():
            while len(self.in_flight) > (most := self._max_batch_size()) // 2:
                await asyncio.wait(self.in_flight, timeout=SWEEP_INTERVAL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            async with self.autocommit() as connection:
                due = await list_due_sagas(connection, most)
            idle = [saga_id for saga_id in due if saga_id not in self.context.running_saga_ids]
            for saga_id in idle:
                task = asyncio.create_task(self._run(str(saga_id)))
                self.in_flight.add(task)
                task.add_done_callback(self.in_flight.discard)
            is_more_due = bool(idle) and len(due) == most

    def _max_batch_size(self) -> int:
        return MAX_BESIDE_LATE_TIMERS if self.context.are_timers_late else MAX_BATCH_SIZE

    async def finish(self) -> None:
        """Wait for all sagas in flight."""
        await asyncio.gather(*self.in_flight, return_exceptions=True)

    async def _run(self, saga_id: str) -> None:
        try:
            await self.run_saga(saga_id)
        except Exception as exception:
            log.warning("saga_failure_not_recorded", saga=saga_id, error=exception)
