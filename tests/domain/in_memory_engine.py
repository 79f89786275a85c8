"""The engine's laws without a database: what a commit keeps, what a crash loses, what a key makes of a second call."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.saga import (
    FINAL_STATUSES,
    Advance,
    AwaitSignal,
    CallExternalStep,
    Finish,
    Progress,
    RunLocalStep,
    Saga,
    SagaStatus,
    Wait,
    begin_compensation,
    next_move,
)

WAIT_TIMEOUT = timedelta(minutes=15)


class InjectedOutcome(StrEnum):
    """What becomes of the next outside call, or of the worker that was about to make it."""

    ANSWERED = "answered"
    REFUSED = "refused"  # a definite no: nothing happened outside
    ANSWER_LOST_AFTER_EFFECT = "lost after it was done"  # no answer, but it happened
    ANSWER_LOST_BEFORE_EFFECT = "lost before it was done"
    GIVEN_UP = "given up"  # it happened, no answer came for as long as its window is
    DIED_BEFORE_COMMIT = "died before the commit"
    DIED_BEFORE_CALL = "died after the commit, before the call"
    DIED_BEFORE_ANSWER_WRITTEN = "died before the answer was written"


OUTCOMES_WITH_EFFECT = frozenset(
    {
        InjectedOutcome.ANSWERED,
        InjectedOutcome.ANSWER_LOST_AFTER_EFFECT,
        InjectedOutcome.GIVEN_UP,
        InjectedOutcome.DIED_BEFORE_ANSWER_WRITTEN,
    }
)


class _LocalStepRefusedError(Exception):
    """A local step said no: its transaction is gone."""


@dataclass(slots=True, kw_only=True)
class CommittedState:
    """What is committed: the saga row, and the effects of local steps, by the position of their part."""

    progress: Progress
    prepared_call: str | None = None  # the key of the call that was, or is about to be, sent
    local_effects: Counter[int] = field(default_factory=Counter)
    compensated: list[int] = field(default_factory=list)

    def copy(self) -> "CommittedState":
        """A transaction to try."""
        return CommittedState(
            progress=self.progress,
            prepared_call=self.prepared_call,
            local_effects=Counter(self.local_effects),
            compensated=list(self.compensated),
        )


@dataclass(slots=True, kw_only=True)
class InMemoryEngine:
    """One saga, its row, the world outside, and everything that ever happened to it."""

    saga: Saga
    now: datetime
    row: CommittedState = field(
        default_factory=lambda: CommittedState(progress=Progress(status=SagaStatus.RUNNING, position=0))
    )
    signals: set[str] = field(default_factory=set)  # rows of their own, written by others
    external_effects: Counter[int] = field(default_factory=Counter)  # effects at Stripe by position
    keys: set[str] = field(default_factory=set)  # Stripe has done these
    attempt: int = 1
    compensating_from: int | None = None
    past_pivot: bool = False

    @property
    def status(self) -> SagaStatus:
        """Where it stands, as committed."""
        return self.row.progress.status

    def wake(
        self,
        outcome: InjectedOutcome,
        refusing: AbstractSet[int] = frozenset(),
        new_signals: AbstractSet[str] = frozenset(),
    ) -> None:
        """A worker takes it as far as one outside call; local steps at `refusing` say no, `news` come meanwhile."""
        if self.status in (*FINAL_STATUSES, SagaStatus.STUCK):
            self.signals |= new_signals
            return
        trial, move = self._decide(self.row, refusing, new_signals)
        self.signals |= new_signals
        if outcome is InjectedOutcome.DIED_BEFORE_COMMIT:
            return
        self._commit(trial)
        if isinstance(move, CallExternalStep) and outcome is not InjectedOutcome.DIED_BEFORE_CALL:
            self._execute_call(move, outcome, refusing)

    def retry(self) -> None:
        """An admin's [Retry]: a new attempt has a new key, unless a call was sent whose answer nobody wrote down."""
        if self.status is SagaStatus.STUCK:
            self.attempt += self.row.prepared_call is None
            compensating = self.compensating_from is not None
            status = SagaStatus.COMPENSATING if compensating else SagaStatus.RUNNING
            self.row.progress = replace(self.row.progress, status=status)

    def _decide(
        self, row: CommittedState, refusing: AbstractSet[int], new_signals: AbstractSet[str]
    ) -> tuple[CommittedState, CallExternalStep | AwaitSignal | Finish]:
        """All local moves in one transaction, begun again when a step refuses or a signal comes in between."""
        known, refused = set(self.signals), False
        while True:
            trial = row.copy()
            trial.progress = replace(trial.progress, signals=frozenset(known))
            try:
                if refused and not self._begin_compensation(trial):
                    return trial, Finish(status=SagaStatus.STUCK)
                move = self._run_local_step(trial, frozenset() if refused else refusing)
            except _LocalStepRefusedError:
                refused = True
                continue
            if not self._receive_signals(trial) or new_signals <= known:
                return trial, move
            known |= new_signals  # a signal came while local steps ran: they are taken back

    def _receive_signals(self, trial: CommittedState) -> bool:
        compensating = trial.progress.status is SagaStatus.COMPENSATING
        return not compensating and any(isinstance(part, Wait) and part.abort_signals for part in self.saga.steps)

    def _begin_compensation(self, trial: CommittedState) -> bool:
        """Turn back, or stand stuck: an undo was refused, or the pivot is behind."""
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
        if compensating:  # harmless when the step never happened; some undo a call by Postgres alone
            trial.local_effects[at] = 0
            trial.compensated.append(at)
        else:
            trial.local_effects[at] += 1

    def _execute_call(self, move: CallExternalStep, outcome: InjectedOutcome, refusing: AbstractSet[int]) -> None:
        """Send it, and write down what came of it, in one commit with the local steps behind it."""
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
        ):  # the key remembers a yes
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
