"""The handling of stored Stripe events: each by the handler of its type, once; one that fails is tried again."""

from domain.campuses.repository import find_only_campus_id
from domain.database.unit_of_work import Begin, UnitOfWork
from domain.inbox.dead_letter import DeadLetterKind, FailedItem
from domain.inbox.dead_letter_repository import add_dead_letter
from domain.settings.logs import get_logger
from domain.settings.redaction import format_error
from workers.engine.worker_context import WorkerContext
from workers.stripe.event_repository import (
    StoredEvent,
    lock_unhandled_event,
    lock_unhandled_events,
    mark_event_handled,
    record_event_failure,
    take_unhandled_event,
)
from workers.stripe.event_types import Handled, StripeEventRegister
from workers.stripe.objects.event import ReceivedEvent, parse_event_object

log = get_logger(__name__)


async def handle_stripe_event(context: WorkerContext, event_id: str) -> None:
    """Handle one stored event, unless it is handled already or another worker has locked it."""
    try:
        async with context.database(Begin.BY_FIRST_STATEMENT) as work:
            event = await take_unhandled_event(work, event_id)
            if event is not None:
                await _dispatch(work, event)
                _count_handled(context, work, event)
    except Exception as exception:  # whatever the error is, the event must not be lost; all it did is rolled back
        async with context.database() as work:
            failed = await lock_unhandled_event(work, event_id)
            if failed is not None:
                await _record_failure(work, failed, exception)


async def handle_waiting_stripe_events(context: WorkerContext, limit: int) -> None:
    """Handle up to `limit` stored events, oldest first, that came without a queue job."""
    async with context.database() as work:
        for event in await lock_unhandled_events(work, limit):
            await _handle(context, work, event)


async def _handle(context: WorkerContext, work: UnitOfWork, event: StoredEvent) -> None:
    """Handle one event of several in a transaction."""
    try:
        async with work.savepoint():
            await _dispatch(work, event)
    except Exception as exception:  # whatever the error is, later events must not wait for this one
        await _record_failure(work, event, exception)
    else:
        await mark_event_handled(work, event.id)
        _count_handled(context, work, event)


async def _record_failure(work: UnitOfWork, event: StoredEvent, exception: Exception) -> None:
    """Count a failure, and after MAX_TRIES make the event a dead letter, so that other events go on."""
    log.warning("stripe_event_failed", stripe_event=event.id, error=exception)
    error = format_error(exception)
    if await record_event_failure(work, event, error):
        await _add_dead_letter(work, event, error)


def _count_handled(context: WorkerContext, work: UnitOfWork, event: StoredEvent) -> None:
    lag = (work.now - event.received_at).total_seconds()
    context.metrics.stripe_event_lag_seconds.observe(max(lag, 0.0))


async def _dispatch(work: UnitOfWork, event: StoredEvent) -> None:
    """Let the handler of its type handle the event; do nothing with a type that is ignored, or in no table."""
    received = ReceivedEvent(id=event.id, account=event.account, object=parse_event_object(event.payload))
    match work.registers.get(StripeEventRegister).types.get(event.type):
        case Handled(by=handle):
            await handle(work, received)
        case _:
            log.debug("stripe_event_ignored", stripe_event=event.id, type=event.type)


async def _add_dead_letter(work: UnitOfWork, event: StoredEvent, error: str) -> None:
    """An event names no campus: where a deployment has several, it is the operator's."""
    failed_item = FailedItem(
        kind=DeadLetterKind.STRIPE_EVENT,
        subject=event.id,
        campus_id=await find_only_campus_id(work),
        shown=f"{event.type} {event.id}",
        tries=event.tries + 1,
        error=error,
    )
    await add_dead_letter(work, failed_item)
