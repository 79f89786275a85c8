"""The rules of the saga engine without a database: what a commit keeps, what a crash loses, what a key prevents."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.saga.definition import FINAL_STATUSES, Saga, SagaStatus, Wait
from domain.saga.next_move import (
    Advance,
    AwaitSignal,
    CallExternalStep,
    Finish,
    Progress,
    RunLocalStep,
    begin_compensation,
    next_move,
)

WAIT_TIMEOUT = timedelta(minutes=15)


class InjectedOutcome(StrEnum):
    """The outcome of the next external call, or of the worker that was about to make it."""

    ANSWERED = "answered"
    REFUSED = "refused"  # refused for certain: no effect
    ANSWER_LOST_AFTER_EFFECT = "answer lost after the effect"  # no answer, but it has its effect
    ANSWER_LOST_BEFORE_EFFECT = "answer lost before the effect"
    GIVEN_UP = "given up"  # it has its effect, and no answer came within its window
    KILLED_BEFORE_COMMIT = "killed before the commit"
    KILLED_BEFORE_CALL = "killed after the commit, before the call"
    KILLED_BEFORE_ANSWER_RECORDED = "killed before the answer was recorded"


OUTCOMES_WITH_EFFECT = frozenset(
    {
        InjectedOutcome.ANSWERED,
        InjectedOutcome.ANSWER_LOST_AFTER_EFFECT,
        InjectedOutcome.GIVEN_UP,
        InjectedOutcome.KILLED_BEFORE_ANSWER_RECORDED,
    }
)


class _LocalStepRefusedError(Exception):
    """A local step refused, so its transaction is rolled back."""


@dataclass(slots=True, kw_only=True)
class CommittedState:
    """The committed state: the saga row, and the effects of local steps by position."""

    progress: Progress
    prepared_call: str | None = None  # the key of the call that was sent, or is about to be
    local_effects: Counter[int] = field(default_factory=Counter)
    compensated: list[int] = field(default_factory=list)

    def copy(self) -> "CommittedState":
        """Copy the state for a transaction."""
        return CommittedState(
            progress=self.progress,
            prepared_call=self.prepared_call,
            local_effects=Counter(self.local_effects),
            compensated=list(self.compensated),
        )


@dataclass(slots=True, kw_only=True)
class InMemoryEngine:
    """One saga, its row, Stripe, and everything that ever happened to it."""

    saga: Saga
    now: datetime
    row: CommittedState = field(
        default_factory=lambda: CommittedState(progress=Progress(status=SagaStatus.RUNNING, position=0))
    )
    signals: set[str] = field(default_factory=set)  # rows of their own, written by others
    external_effects: Counter[int] = field(default_factory=Counter)  # effects at Stripe by position
    keys: set[str] = field(default_factory=set)  # Stripe has executed these
    attempt: int = 1
    compensating_from: int | None = None
    past_pivot: bool = False

    @property
    def status(self) -> SagaStatus:
        """The committed status."""
        return self.row.progress.status

    def wake(
        self,
        outcome: InjectedOutcome,
        refusing: AbstractSet[int] = frozenset(),
        new_signals: AbstractSet[str] = frozenset(),
    ) -> None:
        """Continue the saga up to one external call.

        Local steps at the positions in `refusing` refuse. `new_signals` arrive meanwhile.
        """
        if self.status in (*FINAL_STATUSES, SagaStatus.STUCK):
            self.signals |= new_signals
            return
        trial, move = self._decide(self.row, refusing, new_signals)
        self.signals |= new_signals
        if outcome is InjectedOutcome.KILLED_BEFORE_COMMIT:
            return
        self._commit(trial)
        if isinstance(move, CallExternalStep) and outcome is not InjectedOutcome.KILLED_BEFORE_CALL:
            self._execute_call(move, outcome, refusing)

    def retry(self) -> None:
        """Retry a stuck saga like an admin. It gets a new key, unless the outcome of a sent call was not recorded."""
        if self.status is SagaStatus.STUCK:
            self.attempt += self.row.prepared_call is None
            compensating = self.compensating_from is not None
            status = SagaStatus.COMPENSATING if compensating else SagaStatus.RUNNING
            self.row.progress = replace(self.row.progress, status=status)

    def _decide(
        self, row: CommittedState, refusing: AbstractSet[int], new_signals: AbstractSet[str]
    ) -> tuple[CommittedState, CallExternalStep | AwaitSignal | Finish]:
        """Make all local moves in one transaction. Start again when a step refuses or a signal arrives meanwhile."""
        known_signals, refused = set(self.signals), False
        while True:
            trial = row.copy()
            trial.progress = replace(trial.progress, signals=frozenset(known_signals))
            try:
                if refused and not self._begin_compensation(trial):
                    return trial, Finish(status=SagaStatus.STUCK)
                move = self._run_local_step(trial, frozenset() if refused else refusing)
            except _LocalStepRefusedError:
                refused = True
                continue
            if not self._receive_signals(trial) or new_signals <= known_signals:
                return trial, move
            known_signals |= new_signals  # a signal arrived while local steps ran: they are rolled back

    def _receive_signals(self, trial: CommittedState) -> bool:
        compensating = trial.progress.status is SagaStatus.COMPENSATING
        return not compensating and any(isinstance(part, Wait) and part.abort_signals for part in self.saga.steps)

    def _begin_compensation(self, trial: CommittedState) -> bool:
        """Begin to compensate and return True, or get stuck: a compensation was refused, or the pivot has passed."""
        trial.prepared_call = None
        if trial.progress.status is SagaStatus.COMPENSATING:
            trial.progress = replace(trial.progress, status=SagaStatus.STUCK)
            return False
        trial.progress = begin_compensation(self.saga, trial.progress, "refused")
        return trial.progress.status is not SagaStatus.STUCK

    def _run_local_step(
        self, trial: CommittedState, refusing: AbstractSet[int]
    ) -> CallExternalStep | AwaitSignal | Finish:
        while True:
            at, compensating = trial.progress.position, trial.progress.status is SagaStatus.COMPENSATING
            move = next_move(self.saga, trial.progress, self.now)
            match move:
                case RunLocalStep(next_progress=then):
                    if at in refusing:
                        trial.progress = replace(trial.progress, position=at)
                        raise _LocalStepRefusedError
                    self._apply_local_effect(trial, at, compensating=compensating)
                    trial.progress = then
                case Advance(next_progress=then):
                    trial.progress = then
                    if then.status is SagaStatus.STUCK:
                        return Finish(status=SagaStatus.STUCK)
                case CallExternalStep():
                    trial.prepared_call = f"{at}:{move.name}:{compensating}:{self.attempt}"
                    return move
                case AwaitSignal():
                    until = trial.progress.waiting_until or self.now + WAIT_TIMEOUT
                    trial.progress = replace(trial.progress, waiting_until=until)
                    return move
                case Finish(status=status):
                    trial.progress = replace(trial.progress, status=status)
                    return move

    def _apply_local_effect(self, trial: CommittedState, at: int, *, compensating: bool) -> None:
        if compensating:  # harmless when the step never ran; some compensate a call in Postgres alone
            trial.local_effects[at] = 0
            trial.compensated.append(at)
        else:
            trial.local_effects[at] += 1

    def _execute_call(self, move: CallExternalStep, outcome: InjectedOutcome, refusing: AbstractSet[int]) -> None:
        """Send the call, and record its outcome in one commit with the local steps after it."""
        at, compensating, key = (
            self.row.progress.position,
            self.status is SagaStatus.COMPENSATING,
            self.row.prepared_call,
        )
        assert key is not None
        if outcome in OUTCOMES_WITH_EFFECT and key not in self.keys:
            self.keys.add(key)
            self.external_effects[at] = 0 if compensating else self.external_effects[at] + 1
        after = self.row.copy()
        if outcome is InjectedOutcome.ANSWERED or (
            outcome is InjectedOutcome.REFUSED and key in self.keys
        ):  # Stripe replays the success stored under the key
            after.prepared_call, after.progress = None, move.next_progress
            if compensating:
                after.compensated.append(at)
            self._commit(self._decide(after, refusing, frozenset())[0])
        elif outcome is InjectedOutcome.REFUSED or (outcome is InjectedOutcome.GIVEN_UP and move.window is not None):
            if self._begin_compensation(after):
                after = self._decide(after, frozenset(), frozenset())[0]
            self._commit(after)

    def _commit(self, trial: CommittedState) -> None:
        before, after = self.row.progress, trial.progress
        onward = after.status in (SagaStatus.RUNNING, SagaStatus.DONE)
        self.past_pivot |= onward and after.position > self.saga.pivot_index
        compensating = after.status in (SagaStatus.COMPENSATING, SagaStatus.COMPENSATED)
        if compensating and self.compensating_from is None:
            done = max([*trial.compensated, after.position], default=0)
            self.compensating_from = max(done, before.position)
        self.row = trial
