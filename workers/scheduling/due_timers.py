"""The firing of due timers: each is marked as fired in the transaction that does what it is for."""

import time
from collections.abc import Collection, Sequence

from domain.database.unit_of_work import UnitOfWork
from domain.errors import CampusGError
from domain.inbox.dead_letter import MAX_TRIES, DeadLetterKind, FailedItem
from domain.inbox.dead_letter_repository import add_dead_letter
from domain.orders.timers.model import TimerKind
from domain.orders.timers.register import TimerRegister
from domain.orders.timers.repository import DueTimer, fire_due_timers, postpone_timer
from domain.saga.start import start_saga, start_sagas
from domain.settings.logs import get_logger
from domain.settings.redaction import format_error
from domain.settings.timeouts import Timeout
from workers.engine.worker_context import WorkerContext
from workers.scheduling.local_tasks import MAX_LOCAL_TASKS

MAX_TIMERS = 50  # of those fired one by one, in one transaction
MAX_TIMERS_TOGETHER = 200  # of those that start their sagas together
RETRY_DELAY = Timeout.TIMER_RETRY.delta
LATE_SECONDS = Timeout.TIMER_LATE.seconds
TIMERS_FIRST_SECONDS = Timeout.TIMERS_FIRST.seconds

log = get_logger(__name__)


async def fire_timers(context: WorkerContext) -> bool:
    """Fire due timers, each in the transaction that marks it as fired. Return whether more may be due.

    Those that only start a saga come first: it ends what the other timers of its order are about.
    """
    async with context.database() as work:
        sagas = work.registers.get(TimerRegister).sagas
        timers = await _take_due(context, work, MAX_TIMERS_TOGETHER, sagas)
        for kind in sagas:
            await _start_sagas(work, [due for due in timers if due.kind is kind])
        if len(timers) > MAX_LOCAL_TASKS:
            work.queue_jobs.clear()  # the sweeper starts what they lead to, and fires the next timers first
        if not timers:
            return await _fire_one_by_one(context, work)
    async with context.database() as work:
        return await _fire_one_by_one(context, work) or len(timers) == MAX_TIMERS_TOGETHER


async def _fire_one_by_one(context: WorkerContext, work: UnitOfWork) -> bool:
    timers = await _take_due(context, work, MAX_TIMERS, work.registers.get(TimerRegister).handlers)
    for due in timers:
        await _fire(work, due)
    return len(timers) == MAX_TIMERS


async def _take_due(
    context: WorkerContext, work: UnitOfWork, limit: int, kinds: Collection[TimerKind]
) -> Sequence[DueTimer]:
    timers = await fire_due_timers(work, limit, kinds)
    for due in timers:
        late = max((work.now - due.due_at).total_seconds(), 0.0)
        context.metrics.timer_lateness_seconds.labels(due.kind.value).observe(late)
        if late > LATE_SECONDS:
            context.timers_first_until = time.monotonic() + TIMERS_FIRST_SECONDS
    return timers


async def _fire(work: UnitOfWork, due: DueTimer) -> None:
    """Fire one timer; a refusal means that the order has moved on and does not need it any more."""
    try:
        async with work.savepoint():
            start = await work.registers.get(TimerRegister).handlers[due.kind](work, due)
            if start is not None:
                await start_saga(work, start)
    except CampusGError as refusal:
        _log_refusal(due, refusal)
    except Exception as exception:  # our error with one order must not keep the deadlines of others from firing
        await _record_exception(work, due, exception)


async def _start_sagas(work: UnitOfWork, timers: Sequence[DueTimer]) -> None:
    """Start the sagas of timers of one kind together. After an exception each half is tried by itself, down to one."""
    if not timers:
        return
    sagas = work.registers.get(TimerRegister).sagas
    starts = [sagas[due.kind](due) for due in timers]
    try:
        async with work.savepoint():
            refusals = await start_sagas(work, starts)
    except Exception as exception:
        half = len(timers) // 2
        if half:
            await _start_sagas(work, timers[:half])
            await _start_sagas(work, timers[half:])
        elif isinstance(exception, CampusGError):
            _log_refusal(timers[0], exception)
        else:
            await _record_exception(work, timers[0], exception)
        return
    for due, start in zip(timers, starts, strict=True):
        if start.name in refusals:
            _log_refusal(due, refusals[start.name])


def _log_refusal(due: DueTimer, refusal: CampusGError) -> None:
    log.info("timer_not_needed", timer=due.id, order=due.order_id, refusal=refusal)


async def _record_exception(work: UnitOfWork, due: DueTimer, exception: Exception) -> None:
    """Postpone the timer; after the last try it stays fired, and becomes a dead letter that an admin decides about."""
    log.error("timer_failed", timer=due.id, order=due.order_id, exc_info=exception)
    if due.tries + 1 < MAX_TRIES:
        await postpone_timer(work, due, RETRY_DELAY)
        return
    failed_item = FailedItem(
        kind=DeadLetterKind.TIMER,
        subject=str(due.id),
        campus_id=due.campus_id,
        order_id=due.order_id,
        shown=due.kind,
        tries=due.tries + 1,
        error=format_error(exception),
    )
    await add_dead_letter(work, failed_item)
