"""What a saga is and what it does next: data and one pure decision, no clock and no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class SagaStatus(StrEnum):
    RUNNING = "running"  # forward
    COMPENSATING = "compensating"  # undoing, in reverse
    DONE = "done"
    COMPENSATED = "compensated"
    STUCK = "stuck"  # a human has to look; `error` says why
    RESOLVED = "resolved"  # a human settled it elsewhere and said how; nothing of it was done or undone any more


FINAL_STATUSES = frozenset({SagaStatus.DONE, SagaStatus.COMPENSATED, SagaStatus.RESOLVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalStep:
    """A step that changes Postgres only: it commits together with the progress that says so."""

    name: str
    compensation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalStep:
    """A call to Stripe with a key and frozen parameters: it may run twice, its effect may not.

    `window` names the campus window after which a call that never got through turns the saga back; None tries for ever.
    """

    name: str
    compensation: str | None = None
    compensation_is_external: bool = True  # whether undoing is a call as well
    window: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A pause until `signal`; the window over is the reason `otherwise`; each signal of `unless` turns back at once."""

    signal: str
    window: str
    timeout_reason: str
    abort_signals: frozenset[str] = frozenset()
    poll: str | None = None  # the outside look that notices the signal by itself

    @property
    def name(self) -> str:
        return f"wait_{self.signal}"


@dataclass(frozen=True, slots=True)
class Pivot:
    """From here only forward: a refusal is for a human, never a reason to turn back."""

    @property
    def name(self) -> str:
        return "pivot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saga:
    """One business process: its parts in order, and its version for rows that started on an older one."""

    kind: str
    steps: tuple[LocalStep | ExternalStep | Wait | Pivot, ...]
    version: int = 1

    def has_step(self, name: str) -> bool:
        """Whether one of the parts is called so."""
        return any(step.name == name for step in self.steps)

    @property
    def pivot_index(self) -> int:
        """The index of the pivot; past the end when there is none."""
        return next((index for index, step in enumerate(self.steps) if isinstance(step, Pivot)), len(self.steps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a saga stands. `position` is the part to do next (RUNNING) or to undo next (TURNING)."""

    status: SagaStatus
    position: int
    signals: frozenset[str] = frozenset()
    waiting_until: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLocalStep:
    """Run this local step or undo in the present transaction, then stand at `then`."""

    name: str
    next_progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class CallExternalStep:
    """Make this call; its answer decides."""

    name: str
    window: str | None
    next_progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitSignal:
    """Nothing to do until the deadline of `window`, but look by `poll` now and then."""

    window: str
    poll: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Only the progress changes."""

    next_progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The saga is over."""

    status: SagaStatus


Move = RunLocalStep | CallExternalStep | AwaitSignal | Advance | Finish


def begin_compensation(saga: Saga, progress: Progress, reason: str) -> Progress:
    """The progress after a refusal or a stopping signal: undo in reverse, or stuck behind the pivot.

    The part at `position` is undone too: a refused or unanswered step may have left something behind.
    """
    if progress.position > saga.pivot_index:
        return Progress(status=SagaStatus.STUCK, position=progress.position, signals=progress.signals, reason=reason)
    return Progress(status=SagaStatus.COMPENSATING, position=progress.position, signals=progress.signals, reason=reason)


def next_move(saga: Saga, progress: Progress, now: datetime) -> Move:
    """What to do next; `now` is the database's clock."""
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
    """A signal that turns this saga back here: one named by any wait's `unless`, as long as the pivot is ahead."""
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
    """How long to wait before try number `tries` + 1: 0.2 s doubling, a minute at most."""
    return timedelta(seconds=min(60.0, 0.2 * 2.0 ** min(tries, 12)))
