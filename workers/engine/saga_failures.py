"""What follows when a saga fails: a later try on its row, or the status stuck that an admin sees."""

from datetime import timedelta
from uuid import UUID

from domain.database.actors import SYSTEM
from domain.database.event_log_repository import log_event
from domain.database.unit_of_work import Begin, UnitOfWork
from domain.messaging.outbox_repository import notify
from domain.saga.definition import ALERT_DELAY, SagaStatus
from domain.saga.next_move import backoff_delay
from domain.saga.notifications import saga_failing, saga_stuck
from domain.saga.repository import lease_saga, write_run
from domain.saga.run import SagaRun
from domain.settings.redaction import format_error
from domain.settings.timeouts import Timeout
from workers.engine.run_metrics import count_committed_run
from workers.engine.worker_context import WorkerContext

MAX_UNEXPECTED_ERRORS = 10  # errors of our own in a row; then the saga is stuck and an admin looks
UNKNOWN_SAGA_DELAY = Timeout.UNKNOWN_SAGA_RETRY.delta


async def schedule_retry(work: UnitOfWork, run: SagaRun, error: str, delay: timedelta | None = None) -> None:
    """Count the try and postpone the saga; notify the admins once when it has been failing for ALERT_DELAY."""
    run.failing_since = run.failing_since or work.now
    pause = backoff_delay(run.tries) if delay is None else delay
    run.tries += 1
    if not run.alerted and work.now - run.failing_since >= ALERT_DELAY:
        run.alerted = True
        await notify(work, saga_failing(run, error))
    await write_run(work, run, status=run.progress.status, error=error, sleep_for=pause)


async def mark_stuck(work: UnitOfWork, run: SagaRun, error: str) -> None:
    """Stop the saga with a reason, and notify the admins with buttons to retry or resolve it."""
    run.failing_since = run.failing_since or work.now
    await write_run(work, run, status=SagaStatus.STUCK, error=error)
    await log_event(
        work,
        SYSTEM,
        campus_id=run.campus_id,
        order_id=run.order_id,
        subject="saga",
        subject_id=run.name,
        happened="stuck",
        after=SagaStatus.STUCK,
        reason=error,
    )
    await notify(work, saga_stuck(run, error))


async def _wait_for_newer_release(work: UnitOfWork, run: SagaRun, error: str) -> None:
    """Let the saga rest for a worker that knows it, at most for ALERT_DELAY; then it is stuck.

    It counts neither as a try nor as time in which it fails: windows of calls go by these.
    """
    since = run.engine.unknown_since or work.now.timestamp()
    if work.now.timestamp() - since < ALERT_DELAY.total_seconds():
        run.engine.unknown_since = since
        await write_run(work, run, status=run.progress.status, error=error, sleep_for=UNKNOWN_SAGA_DELAY)
    else:
        run.engine.unknown_since = None
        await mark_stuck(work, run, error)


async def record_exception(context: WorkerContext, saga_id: UUID, fence: int, exception: Exception) -> None:
    """Record an error of our own: postpone the saga, and mark it stuck after MAX_UNEXPECTED_ERRORS.

    A saga that this release does not know waits for a worker of the newer one that does.
    The transaction of the error was rolled back, so this uses a new one. `fence` is the last committed fence; with
    another fence on the row, another worker has taken the saga, and nothing is written.
    """
    async with context.database(Begin.BY_FIRST_STATEMENT) as work:
        run = await lease_saga(work, saga_id, context.name, fence=fence)
        if run is None:
            return
        error = format_error(exception)
        if run.definition is None:
            await _wait_for_newer_release(work, run, error)
        elif run.tries >= MAX_UNEXPECTED_ERRORS:
            await mark_stuck(work, run, error)
        else:
            await schedule_retry(work, run, error)
    count_committed_run(context.metrics, run, was_compensating=run.is_compensating)
