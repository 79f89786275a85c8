"""What a saga run does next: a pure function of its definition, its progress and the time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.saga.definition import POLL_INTERVAL, ExternalStep, LocalStep, Pivot, Saga, SagaStatus, Wait
from domain.settings.timeouts import Timeout

MAX_POLL_INTERVAL = Timeout.STRIPE_POLL_MAX.delta


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The progress of a saga. `position` is the step to run next (RUNNING) or to undo next (COMPENSATING)."""

    status: SagaStatus
    position: int
    signals: frozenset[str] = frozenset()
    waiting_until: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLocalStep:
    """Run this local step or compensation in the current transaction; then the progress is `next_progress`."""

    name: str
    next_progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class CallExternalStep:
    """Make this call. Its answer decides about the progress."""

    name: str
    window: str | None
    next_progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitSignal:
    """Wait until the deadline of `window`, with a lookup by `poll` at intervals."""

    window: str
    poll: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Change only the progress."""

    next_progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """End the saga."""

    status: SagaStatus


Move = RunLocalStep | CallExternalStep | AwaitSignal | Advance | Finish


def begin_compensation(saga: Saga, progress: Progress, reason: str) -> Progress:
    """Return the progress after a refusal or an abort signal: COMPENSATING, or STUCK after the pivot.

    The step at `position` is undone too, because a refused or unanswered step may have had an effect.
    """
    if progress.position > saga.pivot_index:
        return Progress(status=SagaStatus.STUCK, position=progress.position, signals=progress.signals, reason=reason)
    return Progress(status=SagaStatus.COMPENSATING, position=progress.position, signals=progress.signals, reason=reason)


def next_move(saga: Saga, progress: Progress, now: datetime) -> Move:
    """Return what to do next. `now` is the database's clock."""
    if progress.status is SagaStatus.COMPENSATING:
        return _next_compensation(saga, progress)
    if progress.position >= len(saga.steps):
        return Finish(status=SagaStatus.DONE)
    abort_signal = _abort_signal(saga, progress)
    if abort_signal is not None:
        return Advance(next_progress=begin_compensation(saga, progress, abort_signal))
    next_progress = Progress(status=SagaStatus.RUNNING, position=progress.position + 1, signals=progress.signals)
    match saga.steps[progress.position]:
        case Pivot():
            return Advance(next_progress=next_progress)
        case LocalStep(name=name):
            return RunLocalStep(name=name, next_progress=next_progress)
        case ExternalStep(name=name, window=window):
            return CallExternalStep(name=name, window=window, next_progress=next_progress)
        case Wait() as wait:
            return _move_at_wait(saga, wait, progress, next_progress, now)


def _move_at_wait(saga: Saga, wait: Wait, progress: Progress, next_progress: Progress, now: datetime) -> Move:
    if wait.signal in progress.signals:
        return Advance(next_progress=next_progress)
    if progress.waiting_until is not None and now >= progress.waiting_until:
        return Advance(next_progress=begin_compensation(saga, progress, wait.timeout_reason))
    return AwaitSignal(window=wait.window, poll=wait.poll)


def _abort_signal(saga: Saga, progress: Progress) -> str | None:
    """Return a signal that aborts this saga: an abort signal of any wait, as long as the pivot is ahead."""
    if progress.position > saga.pivot_index:
        return None
    abort_signals = {name for step in saga.steps if isinstance(step, Wait) for name in step.abort_signals}
    return min(abort_signals & progress.signals, default=None)


def _next_compensation(saga: Saga, progress: Progress) -> Move:
    if progress.position < 0:
        return Finish(status=SagaStatus.COMPENSATED)
    next_progress = Progress(
        status=SagaStatus.COMPENSATING,
        position=progress.position - 1,
        signals=progress.signals,
        reason=progress.reason,
    )
    match saga.steps[progress.position]:
        case LocalStep(compensation=str() as name):
            return RunLocalStep(name=name, next_progress=next_progress)
        case ExternalStep(compensation=str() as name, compensation_is_external=True):
            return CallExternalStep(name=name, window=None, next_progress=next_progress)
        case ExternalStep(compensation=str() as name):
            return RunLocalStep(name=name, next_progress=next_progress)
        case _:
            return Advance(next_progress=next_progress)


def backoff_delay(tries: int) -> timedelta:
    """Return the delay before try number `tries` + 1: SAGA_RETRY, doubled with each try, at most SAGA_RETRY_MAX."""
    return timedelta(seconds=min(Timeout.SAGA_RETRY_MAX.seconds, Timeout.SAGA_RETRY.seconds * 2.0 ** min(tries, 12)))


def poll_delay(waited: timedelta) -> timedelta:
    """Return the pause before the next poll: a tenth of what was waited, from seconds at first to an hour."""
    return max(POLL_INTERVAL, min(waited / 10, MAX_POLL_INTERVAL))
