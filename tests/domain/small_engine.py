"""The engine's laws without a database: what a commit keeps, what a crash loses, what a key makes of a second call."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.saga import (
    ENDED,
    Await,
    CallOutside,
    DoLocal,
    End,
    Go,
    Progress,
    Saga,
    SagaStatus,
    Wait,
    next_move,
    turned_back,
)

WINDOW = timedelta(minutes=15)


class Fate(StrEnum):
    """What becomes of the next outside call, or of the worker that was about to make it."""

    ANSWERED = "answered"
    REFUSED = "refused"  # a definite no: nothing happened outside
    LOST_AFTER = "lost after it was done"  # no answer, but it happened
    LOST_BEFORE = "lost before it was done"
    GIVEN_UP = "given up"  # it happened, no answer came for as long as its window is
    DIED_BEFORE = "died before the commit"
    DIED_FROZEN = "died after the commit, before the call"
    DIED_SENT = "died before the answer was written"


HAPPENS = frozenset({Fate.ANSWERED, Fate.LOST_AFTER, Fate.GIVEN_UP, Fate.DIED_SENT})


class _RefusedError(Exception):
    """A local step said no: its transaction is gone."""


@dataclass(slots=True, kw_only=True)
class Row:
    """What is committed: the saga row, and the effects of local steps, by the position of their part."""

    progress: Progress
    frozen: str | None = None  # the key of the call that was, or is about to be, sent
    local: Counter[int] = field(default_factory=Counter)
    undone: list[int] = field(default_factory=list)

    def copy(self) -> "Row":
        """A transaction to try."""
        return Row(progress=self.progress, frozen=self.frozen, local=Counter(self.local), undone=list(self.undone))


@dataclass(slots=True, kw_only=True)
class SmallEngine:
    """One saga, its row, the world outside, and everything that ever happened to it."""

    saga: Saga
    now: datetime
    row: Row = field(default_factory=lambda: Row(progress=Progress(status=SagaStatus.RUNNING, position=0)))
    signals: set[str] = field(default_factory=set)  # rows of their own, written by others
    outside: Counter[int] = field(default_factory=Counter)  # effects at Stripe by position
    keys: set[str] = field(default_factory=set)  # Stripe has done these
    attempt: int = 1
    turned_at: int | None = None
    past_pivot: bool = False

    @property
    def status(self) -> SagaStatus:
        """Where it stands, as committed."""
        return self.row.progress.status

    def wake(self, fate: Fate, refusing: AbstractSet[int] = frozenset(), news: AbstractSet[str] = frozenset()) -> None:
        """A worker takes it as far as one outside call; local steps at `refusing` say no, `news` come meanwhile."""
        if self.status in (*ENDED, SagaStatus.STUCK):
            self.signals |= news
            return
        trial, move = self._decide(self.row, refusing, news)
        self.signals |= news
        if fate is Fate.DIED_BEFORE:
            return
        self._commit(trial)
        if isinstance(move, CallOutside) and fate is not Fate.DIED_FROZEN:
            self._call(move, fate, refusing)

    def retry(self) -> None:
        """An admin's [Retry]: a new attempt has a new key, unless a call was sent whose answer nobody wrote down."""
        if self.status is SagaStatus.STUCK:
            self.attempt += self.row.frozen is None
            turning = self.turned_at is not None
            status = SagaStatus.TURNING if turning else SagaStatus.RUNNING
            self.row.progress = replace(self.row.progress, status=status)

    def _decide(
        self, row: Row, refusing: AbstractSet[int], news: AbstractSet[str]
    ) -> tuple[Row, CallOutside | Await | End]:
        """All local moves in one transaction, begun again when a step refuses or a signal comes in between."""
        known, refused = set(self.signals), False
        while True:
            trial = row.copy()
            trial.progress = replace(trial.progress, signals=frozenset(known))
            try:
                if refused and not self._turn(trial):
                    return trial, End(status=SagaStatus.STUCK)
                move = self._local_part(trial, frozenset() if refused else refusing)
            except _RefusedError:
                refused = True
                continue
            if not self._listens(trial) or news <= known:
                return trial, move
            known |= news  # a signal came while local steps ran: they are taken back

    def _listens(self, trial: Row) -> bool:
        turning = trial.progress.status is SagaStatus.TURNING
        return not turning and any(isinstance(part, Wait) and part.unless for part in self.saga.parts)

    def _turn(self, trial: Row) -> bool:
        """Turn back, or stand stuck: an undo was refused, or the pivot is behind."""
        trial.frozen = None
        if trial.progress.status is SagaStatus.TURNING:
            trial.progress = replace(trial.progress, status=SagaStatus.STUCK)
            return False
        trial.progress = turned_back(self.saga, trial.progress, "refused")
        return trial.progress.status is not SagaStatus.STUCK

    def _local_part(self, trial: Row, refusing: AbstractSet[int]) -> CallOutside | Await | End:
        while True:
            at, turning = trial.progress.position, trial.progress.status is SagaStatus.TURNING
            move = next_move(self.saga, trial.progress, self.now)
            match move:
                case DoLocal(then=then):
                    if at in refusing:
                        trial.progress = replace(trial.progress, position=at)
                        raise _RefusedError
                    self._local(trial, at, turning=turning)
                    trial.progress = then
                case Go(then=then):
                    trial.progress = then
                    if then.status is SagaStatus.STUCK:
                        return End(status=SagaStatus.STUCK)
                case CallOutside():
                    trial.frozen = f"{at}:{move.name}:{turning}:{self.attempt}"
                    return move
                case Await():
                    until = trial.progress.waiting_until or self.now + WINDOW
                    trial.progress = replace(trial.progress, waiting_until=until)
                    return move
                case End(status=status):
                    trial.progress = replace(trial.progress, status=status)
                    return move

    def _local(self, trial: Row, at: int, *, turning: bool) -> None:
        if turning:  # harmless when the step never happened; some undo a call by Postgres alone
            trial.local[at] = 0
            trial.undone.append(at)
        else:
            trial.local[at] += 1

    def _call(self, move: CallOutside, fate: Fate, refusing: AbstractSet[int]) -> None:
        """Send it, and write down what came of it, in one commit with the local steps behind it."""
        at, turning, key = self.row.progress.position, self.status is SagaStatus.TURNING, self.row.frozen
        assert key is not None
        if fate in HAPPENS and key not in self.keys:
            self.keys.add(key)
            self.outside[at] = 0 if turning else self.outside[at] + 1
        after = self.row.copy()
        if fate is Fate.ANSWERED or (fate is Fate.REFUSED and key in self.keys):  # the key remembers a yes
            after.frozen, after.progress = None, move.then
            if turning:
                after.undone.append(at)
            self._commit(self._decide(after, refusing, frozenset())[0])
        elif fate is Fate.REFUSED or (fate is Fate.GIVEN_UP and move.window is not None):
            if self._turn(after):
                after = self._decide(after, frozenset(), frozenset())[0]
            self._commit(after)

    def _commit(self, trial: Row) -> None:
        before, after = self.row.progress, trial.progress
        onward = after.status in (SagaStatus.RUNNING, SagaStatus.DONE)
        self.past_pivot |= onward and after.position > self.saga.pivot
        turning = after.status in (SagaStatus.TURNING, SagaStatus.UNDONE)
        if turning and self.turned_at is None:
            done = max([*trial.undone, after.position], default=0)
            self.turned_at = max(done, before.position)
        self.row = trial
