"""The saga engine: it leases a saga run, takes its local steps, prepares and makes its calls, and records results."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from structlog.contextvars import bind_contextvars

from domain.campuses.repository import find_campus_once
from domain.database.unit_of_work import Begin, UnitOfWork
from domain.errors import CampusGError
from domain.saga.definition import SagaStatus, Wait
from domain.saga.next_move import AwaitSignal, CallExternalStep, Finish, begin_compensation, next_move, poll_delay
from domain.saga.repository import lease_saga, lock_run, write_lease, write_run
from domain.saga.run import SagaRun
from domain.saga.start import run_local_steps, start_requested_sagas
from domain.settings.logs import get_logger
from workers.engine.call_failures import CallFailed, IdempotencyKeyExpired, KeyRefused, OutcomeUnknown, Refused
from workers.engine.external_calls import (
    ExternalCall,
    execute_call,
    prepare_call,
    prepare_poll,
    record_unknown_outcome,
    rekey_call,
)
from workers.engine.refusal_records import give_up, is_settings_refusal, reason_of, record_stripe_refusal
from workers.engine.run_metrics import count_committed_run, step_timed
from workers.engine.saga_failures import mark_stuck, record_exception, schedule_retry
from workers.engine.worker_context import WorkerContext

log = get_logger(__name__)


class FencedError(Exception):
    """Another worker has taken the saga: stop and write nothing."""


class SignalledError(Exception):
    """A signal arrived while local steps ran: roll them back and decide again."""


@dataclass(slots=True)
class Seen:
    """The last committed fence of the saga that this worker knows; None before it has read one."""

    fence: int | None = None


async def advance_saga(context: WorkerContext, saga_id: UUID) -> None:
    """Advance a due saga as far as possible now; do nothing when it is not due or another worker has it."""
    if saga_id in context.running_saga_ids:
        return
    context.running_saga_ids.add(saga_id)
    seen = Seen()
    try:
        bind_contextvars(saga=saga_id)
        async with context.saga_slots:
            call = await _lease_and_advance(context, saga_id, seen)
            while call is not None:
                seen.fence = call.run.fence
                call = await _execute_and_record(context, call)
    except FencedError:
        log.info("saga_fenced", saga=saga_id)
    except Exception as exception:
        log.exception("saga_failed", saga=saga_id)
        if seen.fence is not None:
            await record_exception(context, saga_id, seen.fence, exception)
    finally:
        context.running_saga_ids.discard(saga_id)


async def _lease_and_advance(context: WorkerContext, saga_id: UUID, seen: Seen) -> ExternalCall | None:
    """Lease the saga, take its first moves and write both in one commit; return the call to make next, if any."""
    refusal: CampusGError | Refused | None = None
    while True:
        try:
            async with context.database(Begin.BY_FIRST_STATEMENT) as work:
                run = await lease_saga(work, saga_id, context.name)
                if run is None:
                    return None
                bind_contextvars(kind=run.kind, step=run.current_step_name, order=run.order_id, campus=run.campus_id)
                seen.fence = run.fence
                was_compensating = run.is_compensating
                call = await _take_moves(work, run, refusal, may_poll=True)
            count_committed_run(context.metrics, run, was_compensating=was_compensating)
            return call
        except SignalledError:
            continue
        except (CampusGError, Refused) as refused:
            if refusal is not None:
                raise
            refusal = refused  # its transaction was rolled back: compensate in a new one


async def _execute_and_record(context: WorkerContext, call: ExternalCall) -> ExternalCall | None:
    """Make the call outside any transaction, record its result in one commit, and return the next call, if any."""
    try:
        with step_timed(context.metrics, call.run.kind, call.name):
            record_result = await execute_call(context.stripe, call)
    except CallFailed as failure:
        return await _record_failure(context, call, failure)
    refusal: CampusGError | Refused | None = None
    while True:
        try:
            async with context.database(Begin.BY_FIRST_STATEMENT) as work:
                run = await _lock_run(work, call)
                await record_result(work, run)
                _go_on(run, call)
                was_compensating = run.is_compensating
                following = await _take_moves(work, run, refusal, may_poll=False)
            count_committed_run(context.metrics, run, was_compensating=was_compensating)
            return following
        except SignalledError:
            continue
        except (CampusGError, Refused) as refused:
            if refusal is not None:
                raise
            refusal = refused  # a local step after the call refused: keep the result and compensate


async def _take_moves(
    work: UnitOfWork, run: SagaRun, refusal: CampusGError | Refused | None, *, may_poll: bool
) -> ExternalCall | None:
    """Take the moves up to the next call; after a refusal, those of its compensation."""
    if refusal is not None:
        return await _begin_compensation(work, run, refusal)
    return await _advance(work, run, may_poll=may_poll)


async def _lock_run(work: UnitOfWork, call: ExternalCall) -> SagaRun:
    run = call.run.copy()
    if not await lock_run(work, run):
        raise FencedError
    return run


def _go_on(run: SagaRun, call: ExternalCall) -> None:
    """Move the run past the call whose result was recorded, with the signals that the result added."""
    run.tries, run.failing_since, run.alerted = 0, None, False
    signals = run.progress.signals | frozenset(run.engine.signals)
    if call.move is not None:
        run.call = None
        run.progress = replace(call.move.next_progress, signals=signals)
    else:
        run.progress = replace(run.progress, signals=signals)


async def _record_failure(context: WorkerContext, call: ExternalCall, failure: CallFailed) -> ExternalCall | None:
    async with context.database(Begin.BY_FIRST_STATEMENT) as work:
        run = await _lock_run(work, call)
        was_compensating = run.is_compensating
        following = await _answer_failure(work, run, call, failure)
    count_committed_run(context.metrics, run, was_compensating=was_compensating)
    return following


async def _answer_failure(
    work: UnitOfWork, run: SagaRun, call: ExternalCall, failure: CallFailed
) -> ExternalCall | None:
    """Retry the call, send it under another key, compensate, or wait for the next poll."""
    await record_stripe_refusal(work, run, call.name, failure)
    if isinstance(failure, KeyRefused) or (call.move is None and is_settings_refusal(failure)):
        await call.step.held_up(work, run)
    if call.move is None:
        if isinstance(failure, Refused):
            await call.step.refused(work, run, failure)
        await start_requested_sagas(work, run)
        await _wait_for_next_poll(work, run, str(failure))
        return None
    match failure:
        case IdempotencyKeyExpired():
            return await rekey_call(work, run, call.move)
        case Refused():
            await call.step.refused(work, run, failure)
            return await _begin_compensation(work, run, failure)
        case OutcomeUnknown():
            record_unknown_outcome(work, run, failure)
    if await _is_retry_window_over(work, run, call.move):
        return await _begin_compensation(work, run, give_up(failure))
    await schedule_retry(work, run, str(failure))
    return None


async def _is_retry_window_over(work: UnitOfWork, run: SagaRun, move: CallExternalStep) -> bool:
    if move.window is None or run.failing_since is None:
        return False
    campus = await find_campus_once(work, run.campus_id)
    return work.now - run.failing_since >= campus.windows.length(move.window)


async def _begin_compensation(work: UnitOfWork, run: SagaRun, refusal: CampusGError | Refused) -> ExternalCall | None:
    """Compensate in the present transaction; mark the saga stuck if it compensates already, or is past the pivot."""
    run.call = None
    if run.is_compensating:
        await mark_stuck(work, run, str(refusal))
        return None
    reason = reason_of(refusal) if isinstance(refusal, Refused) else refusal.key
    run.progress = begin_compensation(run.saga, run.progress, reason)
    if run.progress.status is SagaStatus.STUCK:
        await mark_stuck(work, run, str(refusal))
        return None
    run.tries, run.failing_since = 0, None
    return await _advance(work, run, may_poll=False)


async def _advance(work: UnitOfWork, run: SagaRun, *, may_poll: bool) -> ExternalCall | None:
    """Take all moves up to the next call, and write the run in the present transaction."""
    prepared_call = run.call
    while True:
        move = await run_local_steps(work, run)
        if not isinstance(move, CallExternalStep):
            break
        call = await prepare_call(work, run, move)
        if call is not None:
            await start_requested_sagas(work, run)
            if run.call is prepared_call:
                _stop_if_signalled(run, await write_lease(work, run))
            else:
                _stop_if_signalled(run, await write_run(work, run, status=run.progress.status))
            return replace(call, run=run.copy())
        run.progress = move.next_progress
    await start_requested_sagas(work, run)
    if isinstance(move, Finish):
        _stop_if_signalled(run, await write_run(work, run, status=move.status))
        return None
    if may_poll and move.poll is not None and run.progress.waiting_until is not None:
        _stop_if_signalled(run, await write_lease(work, run))
        return await prepare_poll(work, run.copy(), move.poll)
    _stop_if_signalled(run, await _sleep(work, run, move))
    return None


def _stop_if_signalled(run: SagaRun, has_new: bool) -> None:
    """Raise SignalledError when a signal came meanwhile, for example a cancel while the order was published.

    A signal is written under a lock on the order. So they are read after the local steps have locked the order.
    """
    if has_new and _is_interruptible(run):
        raise SignalledError


def _is_interruptible(run: SagaRun) -> bool:
    aborts = any(isinstance(step, Wait) and step.abort_signals for step in run.saga.steps)
    return aborts and not run.is_compensating


async def _wait_for_next_poll(work: UnitOfWork, run: SagaRun, error: str) -> None:
    """Let the saga sleep after a poll that failed; a deadline that passed meanwhile wakes it at once."""
    move = next_move(run.saga, run.progress, work.now)
    if isinstance(move, AwaitSignal):
        await _sleep(work, run, move, error)
    else:
        await write_run(work, run, status=run.progress.status, error=error, sleep_for=timedelta(0))


async def _sleep(work: UnitOfWork, run: SagaRun, move: AwaitSignal, error: str | None = None) -> bool:
    """Let the saga sleep until the next poll or the deadline. Return what `write_run` returns."""
    window = (await find_campus_once(work, run.campus_id)).windows.length(move.window)
    deadline = run.progress.waiting_until or work.now + window
    run.progress = replace(run.progress, waiting_until=deadline)
    remaining = deadline - work.now
    pause = remaining if move.poll is None else min(remaining, poll_delay(window - remaining))
    return await write_run(work, run, status=run.progress.status, error=error, sleep_for=max(pause, timedelta(0)))
