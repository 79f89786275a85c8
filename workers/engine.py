"""Runs a saga: claims it, takes its local moves, freezes and makes its calls, records what came of them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from structlog.contextvars import bind_contextvars

from domain.errors import CampusGError
from domain.logs import get_logger
from domain.saga import Await, CallOutside, End, SagaStatus, Wait, turned_back
from domain.store.campuses import find_campus
from domain.store.progress import run_local_part, start_asked
from domain.store.runs import Run
from domain.store.saga_rows import claim_saga, lock_run, read_signals, write_run
from domain.store.unit_of_work import UnitOfWork
from domain.timers import POLL_EVERY
from workers.calls import Call, freeze, freeze_poll, make, mark_unclear, take_new_key
from workers.failures import note_fault, stand_stuck, try_later
from workers.outcomes import CallFailed, KeySpent, Refused, Unknown
from workers.steps import OUTSIDE_STEPS
from workers.steps.step import Result
from workers.workshop import Workshop

SLOWEST_POLL = timedelta(seconds=60)

log = get_logger(__name__)


class FencedError(Exception):
    """Another worker went past: stop without a trace."""


class SignalledError(Exception):
    """A signal arrived while local steps ran: they are undone, decide again."""


@dataclass(slots=True)
class Seen:
    """The fence of the saga's row as it was committed last, as far as this worker knows; None before it read one."""

    fence: int | None = None


async def run_saga(workshop: Workshop, saga_id: UUID) -> None:
    """Take a due saga as far as it goes now; harmless when it is not due or another worker has it."""
    if saga_id in workshop.running:
        return
    workshop.running.add(saga_id)
    seen = Seen()
    try:
        bind_contextvars(saga=saga_id)
        async with workshop.room:
            call = await _begin(workshop, saga_id, seen)
            while call is not None:
                seen.fence = call.run.fence
                call = await _make(workshop, call)
    except FencedError:
        log.info("saga_fenced", saga=saga_id)
    except Exception as fault:
        log.exception("saga_failed", saga=saga_id)
        if seen.fence is not None:
            await note_fault(workshop, saga_id, seen.fence, fault)
    finally:
        workshop.running.discard(saga_id)


async def _begin(workshop: Workshop, saga_id: UUID, seen: Seen) -> Call | None:
    """Claim and take the first moves in one commit; the call to make next, if any."""
    refusal: CampusGError | Refused | None = None
    while True:
        try:
            async with workshop.database() as work:
                run = await claim_saga(work, saga_id, workshop.name)
                if run is None:
                    return None
                bind_contextvars(kind=run.kind, step=run.step, order=run.order_id, campus=run.campus_id)
                seen.fence = run.fence - 1  # its own claim is not committed yet
                if refusal is not None:
                    return await _refuse(work, run, refusal)
                return await _proceed(work, run, may_poll=True)
        except SignalledError:
            continue
        except (CampusGError, Refused) as refused:
            if refusal is not None:
                raise
            refusal = refused  # its transaction is gone; turn back in a new one


async def _make(workshop: Workshop, call: Call) -> Call | None:
    """Make the call outside any transaction and record its end in one commit; the call to make next, if any."""
    try:
        result = await make(workshop.stripe, call)
    except CallFailed as failure:
        return await _record_failure(workshop, call, failure)
    refusal: CampusGError | Refused | None = None
    while True:
        try:
            async with workshop.database() as work:
                run = await _locked(work, call)
                await _record(work, run, call, result)
                if refusal is not None:
                    return await _refuse(work, run, refusal)
                return await _proceed(work, run, may_poll=False)
        except SignalledError:
            continue
        except (CampusGError, Refused) as refused:
            if refusal is not None:
                raise
            refusal = refused  # a local step behind the call said no: keep the result, turn back


async def _locked(work: UnitOfWork, call: Call) -> Run:
    run = call.run.copy()
    if not await lock_run(work, run):
        raise FencedError
    return run


async def _record(work: UnitOfWork, run: Run, call: Call, result: Result) -> None:
    await OUTSIDE_STEPS[call.name].record(work, run, result)
    run.tries, run.failing_since, run.alerted = 0, None, False
    known = run.progress.signals | frozenset(run.data.get("signals", []))
    if call.move is not None:
        run.call = None
        run.progress = replace(call.move.then, signals=known)
    else:
        run.progress = replace(run.progress, signals=known)


async def _record_failure(workshop: Workshop, call: Call, failure: CallFailed) -> Call | None:
    async with workshop.database() as work:
        run = await _locked(work, call)
        if call.move is None:
            await write_run(work, run, status=run.progress.status, error=str(failure), rest=POLL_EVERY)
            return None
        match failure:
            case KeySpent():
                return await take_new_key(work, run, call.move)
            case Refused():
                await OUTSIDE_STEPS[call.name].refused(work, run, failure)
                return await _refuse(work, run, failure)
            case Unknown():
                mark_unclear(work, run, failure)
        if await _out_of_patience(work, run, call.move):
            return await _refuse(work, run, Refused("out_of_reach", str(failure)))
        await try_later(work, run, str(failure))
        return None


async def _out_of_patience(work: UnitOfWork, run: Run, move: CallOutside) -> bool:
    if move.window is None or run.failing_since is None:
        return False
    campus = await find_campus(work, run.campus_id)
    return work.now - run.failing_since >= campus.windows.length(move.window)


async def _refuse(work: UnitOfWork, run: Run, refusal: CampusGError | Refused) -> Call | None:
    """Turn back, in the present transaction; an undo that is refused, or a step behind the pivot, stands stuck."""
    run.call = None
    if run.turning:
        await stand_stuck(work, run, str(refusal))
        return None
    reason = refusal.reason if isinstance(refusal, Refused) else refusal.key
    run.progress = turned_back(run.saga, run.progress, reason)
    if run.progress.status is SagaStatus.STUCK:
        await stand_stuck(work, run, str(refusal))
        return None
    run.tries, run.failing_since = 0, None
    return await _proceed(work, run, may_poll=False)


async def _proceed(work: UnitOfWork, run: Run, *, may_poll: bool) -> Call | None:
    """Every move up to the next call, and what the run became, written in the present transaction."""
    frozen = run.call
    while True:
        move = await run_local_part(work, run)
        if not isinstance(move, CallOutside):
            break
        call = await freeze(work, run, move)
        if call is not None:
            await _require_no_news(work, run)
            await start_asked(work, run)
            if run.call is not frozen:
                await write_run(work, run, status=run.progress.status)
            return replace(call, run=run.copy())
        run.progress = move.then
    await _require_no_news(work, run)
    await start_asked(work, run)
    if isinstance(move, End):
        await write_run(work, run, status=move.status)
        return None
    return await _rest(work, run, move, may_poll=may_poll)


async def _require_no_news(work: UnitOfWork, run: Run) -> None:
    """A cancel may have slipped in while publishing: whoever signals holds the order, so look after touching it."""
    listening = any(isinstance(part, Wait) and part.unless for part in run.saga.parts)
    if listening and not run.turning and await read_signals(work, run):
        raise SignalledError


async def _rest(work: UnitOfWork, run: Run, move: Await, *, may_poll: bool) -> Call | None:
    """Look, when this is the moment to; else lie down until the next look or the deadline."""
    if may_poll and move.poll is not None and run.progress.waiting_until is not None:
        return await freeze_poll(work, run.copy(), move.poll)
    window = (await find_campus(work, run.campus_id)).windows.length(move.window)
    until = run.progress.waiting_until or work.now + window
    run.progress = replace(run.progress, waiting_until=until)
    left = until - work.now
    pause = left if move.poll is None else min(left, _until_look(window - left))
    await write_run(work, run, status=run.progress.status, rest=max(pause, timedelta(0)))
    return None


def _until_look(waited: timedelta) -> timedelta:
    """Looks grow rarer: every few seconds at first, every minute later."""
    return max(POLL_EVERY, min(waited / 10, SLOWEST_POLL))
