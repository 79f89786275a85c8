"""What a saga is and what it does next: data and one pure decision, no clock and no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class SagaStatus(StrEnum):
    RUNNING = "running"  # forward
    TURNING = "turning"  # undoing, in reverse
    DONE = "done"
    UNDONE = "undone"
    STUCK = "stuck"  # a human has to look; `error` says why
    RESOLVED = "resolved"  # a human settled it elsewhere and said how; nothing of it was done or undone any more


ENDED = frozenset({SagaStatus.DONE, SagaStatus.UNDONE, SagaStatus.RESOLVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """A step that changes Postgres only: it commits together with the progress that says so."""

    name: str
    undo: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """A call to Stripe with a key and frozen parameters: it may run twice, its effect may not.

    `window` names the campus window after which a call that never got through turns the saga back; None tries for ever.
    """

    name: str
    undo: str | None = None
    undo_outside: bool = True  # whether undoing is a call as well
    window: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A pause until `signal`; the window over is the reason `otherwise`; each signal of `unless` turns back at once."""

    signal: str
    window: str
    otherwise: str
    unless: frozenset[str] = frozenset()
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
    parts: tuple[Local | Outside | Wait | Pivot, ...]
    version: int = 1

    def has(self, name: str) -> bool:
        """Whether one of the parts is called so."""
        return any(part.name == name for part in self.parts)

    @property
    def pivot(self) -> int:
        """The index of the pivot; past the end when there is none."""
        return next((n for n, part in enumerate(self.parts) if isinstance(part, Pivot)), len(self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a saga stands. `position` is the part to do next (RUNNING) or to undo next (TURNING)."""

    status: SagaStatus
    position: int
    signals: frozenset[str] = frozenset()
    waiting_until: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoLocal:
    """Run this local step or undo in the present transaction, then stand at `then`."""

    name: str
    then: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutside:
    """Make this call; its answer decides."""

    name: str
    window: str | None
    then: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Await:
    """Nothing to do until the deadline of `window`, but look by `poll` now and then."""

    window: str
    poll: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """Only the progress changes."""

    then: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The saga is over."""

    status: SagaStatus


Move = DoLocal | CallOutside | Await | Go | End


def turned_back(saga: Saga, progress: Progress, reason: str) -> Progress:
    """The progress after a refusal or a stopping signal: undo in reverse, or stuck behind the pivot.

    The part at `position` is undone too: a refused or unanswered step may have left something behind.
    """
    if progress.position > saga.pivot:
        return Progress(status=SagaStatus.STUCK, position=progress.position, signals=progress.signals, reason=reason)
    return Progress(status=SagaStatus.TURNING, position=progress.position, signals=progress.signals, reason=reason)


def next_move(saga: Saga, progress: Progress, now: datetime) -> Move:
    """What to do next; `now` is the database's clock."""
    if progress.status is SagaStatus.TURNING:
        return _next_undo(saga, progress)
    if progress.position >= len(saga.parts):
        return End(status=SagaStatus.DONE)
    stop = _stopping_signal(saga, progress)
    if stop is not None:
        return Go(then=turned_back(saga, progress, stop))
    onward = Progress(status=SagaStatus.RUNNING, position=progress.position + 1, signals=progress.signals)
    match saga.parts[progress.position]:
        case Pivot():
            return Go(then=onward)
        case Local(name=name):
            return DoLocal(name=name, then=onward)
        case Outside(name=name, window=window):
            return CallOutside(name=name, window=window, then=onward)
        case Wait() as wait:
            return _wait(saga, wait, progress, onward, now)


def _wait(saga: Saga, wait: Wait, progress: Progress, onward: Progress, now: datetime) -> Move:
    if wait.signal in progress.signals:
        return Go(then=onward)
    if progress.waiting_until is not None and now >= progress.waiting_until:
        return Go(then=turned_back(saga, progress, wait.otherwise))
    return Await(window=wait.window, poll=wait.poll)


def _stopping_signal(saga: Saga, progress: Progress) -> str | None:
    """A signal that turns this saga back here: one named by any wait's `unless`, as long as the pivot is ahead."""
    if progress.position > saga.pivot:
        return None
    stopping = {name for part in saga.parts if isinstance(part, Wait) for name in part.unless}
    return min(stopping & progress.signals, default=None)


def _next_undo(saga: Saga, progress: Progress) -> Move:
    if progress.position < 0:
        return End(status=SagaStatus.UNDONE)
    back = Progress(
        status=SagaStatus.TURNING,
        position=progress.position - 1,
        signals=progress.signals,
        reason=progress.reason,
    )
    match saga.parts[progress.position]:
        case Local(undo=str() as name):
            return DoLocal(name=name, then=back)
        case Outside(undo=str() as name, undo_outside=True):
            return CallOutside(name=name, window=None, then=back)
        case Outside(undo=str() as name):
            return DoLocal(name=name, then=back)
        case _:
            return Go(then=back)


def backoff(tries: int) -> timedelta:
    """How long to wait before try number `tries` + 1: 0.2 s doubling, a minute at most."""
    return timedelta(seconds=min(60.0, 0.2 * 2.0 ** min(tries, 12)))
