"""The firing of due timers: each is marked as fired in the transaction that does what it is for."""

from domain.database.unit_of_work import UnitOfWork
from domain.errors import CampusGError
from domain.inbox.dead_letter import MAX_TRIES, DeadLetterKind, FailedItem
from domain.inbox.dead_letter_repository import add_dead_letter
from domain.orders.timers.register import TimerRegister
from domain.orders.timers.repository import DueTimer, fire_due_timers, postpone_timer
from domain.saga.start import start_saga
from domain.settings.logs import get_logger
from domain.settings.redaction import format_error
from domain.settings.timeouts import Timeout
from workers.engine.worker_context import WorkerContext

MAX_TIMERS = 50  # fired in one transaction
RETRY_DELAY = Timeout.TIMER_RETRY.delta

log = get_logger(__name__)


async def fire_timers(context: WorkerContext) -> int:
    """Fire due timers: start the saga of each in the transaction that marks it as fired. Return how many."""
    async with context.database() as work:
        timers = await fire_due_timers(work, MAX_TIMERS)
        for due in timers:
            late = max((work.now - due.due_at).total_seconds(), 0.0)
            context.metrics.timer_lateness_seconds.labels(due.kind.value).observe(late)
            await _fire(work, due)
    return len(timers)


async def _fire(work: UnitOfWork, due: DueTimer) -> None:
    """Fire one timer; a refusal means that the order has moved on and does not need it any more."""
    try:
        async with work.savepoint():
            start = await work.registers.get(TimerRegister).handlers[due.kind](work, due)
            if start is not None:
                await start_saga(work, start)
    except CampusGError as refusal:
        log.info("timer_not_needed", timer=due.id, order=due.order_id, refusal=refusal)
    except Exception as exception:  # our error with one order must not keep the deadlines of others from firing
        log.exception("timer_failed", timer=due.id, order=due.order_id)
        await _record_exception(work, due, exception)


async def _record_exception(work: UnitOfWork, due: DueTimer, exception: Exception) -> None:
    """Postpone the timer; after the last try it stays fired, and becomes a dead letter that an admin decides about."""
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
