"""The firing of due timers: each is marked as fired in the transaction that does what it is for."""

from datetime import timedelta

from domain.dead_letter import MAX_TRIES, DeadLetterKind, FailedItem, format_error
from domain.errors import CampusGError
from domain.logs import get_logger
from domain.store.dead_letter_repository import add_dead_letter
from domain.store.escalations import ESCALATION_STAGES
from domain.store.saga_progress import start_saga
from domain.store.saga_run import SagaStart
from domain.store.timer_repository import DueTimer, fire_due_timers, postpone_timer
from domain.store.unit_of_work import UnitOfWork
from domain.timers import SAGA_KIND_BY_TIMER
from workers.worker_context import WorkerContext

MAX_BATCH_SIZE = 50
RETRY_DELAY = timedelta(seconds=10)

log = get_logger(__name__)


async def fire_timers(context: WorkerContext) -> None:
    """Fire due timers: start the saga of each in the transaction that marks it as fired."""
    async with context.database() as work:
        for due in await fire_due_timers(work, MAX_BATCH_SIZE):
            await _fire(work, due)


async def _fire(work: UnitOfWork, due: DueTimer) -> None:
    """Fire one timer; a refusal means that the order has moved on and does not need it any more."""
    try:
        async with work.connection.begin_nested():
            start = await _saga_to_start(work, due)
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


async def _saga_to_start(work: UnitOfWork, due: DueTimer) -> SagaStart | None:
    """Return the saga to start: a deadline always starts one, an escalation stage may ask for one."""
    escalation = ESCALATION_STAGES.get(due.kind)
    if escalation is not None:
        return await escalation(work, due)
    kind = SAGA_KIND_BY_TIMER[due.kind]
    return SagaStart(kind=kind, name=f"{kind}:{due.order_id}:{due.id}", campus_id=due.campus_id, order_id=due.order_id)
