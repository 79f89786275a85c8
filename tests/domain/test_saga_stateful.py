"""Any history of refusals, lost answers, crashes, waits and signals: all is done in the end, or all is undone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.saga import ENDED, Local, Outside, Pivot, Saga, SagaStatus, Wait
from domain.sagas import SAGAS
from tests.domain.small_engine import WINDOW, Fate, SmallEngine
from tests.fuzz.counts import tried
from tests.fuzz.depth import rounds

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KNOWN = sorted(SAGAS.values(), key=lambda saga: (saga.kind, saga.version))
STOPPABLE = [saga for saga in KNOWN if any(isinstance(part, Wait) and part.unless for part in saga.parts)]
MOST_WAKES = 200
Part = Local | Outside | Wait | Pivot

SIGNALS = ("made", "ready", "cancelled", "declined", "unknown")
UNDOS = st.none() | st.just("undo")
PARTS: st.SearchStrategy[Part] = st.one_of(
    st.builds(Local, name=st.just("local"), undo=UNDOS),
    st.builds(
        Outside,
        name=st.just("call"),
        undo=UNDOS,
        undo_outside=st.booleans(),
        window=st.none() | st.just("payment"),
    ),
    st.builds(
        Wait,
        signal=st.sampled_from(SIGNALS[:2]),
        window=st.just("payment"),
        otherwise=st.just("unpaid"),
        unless=st.frozensets(st.sampled_from(SIGNALS[2:4])),
    ),
)


@st.composite
def any_saga(draw: st.DrawFn) -> Saga:
    """Parts in any order, perhaps with a pivot among them, behind which no call is ever given up."""
    parts: list[Part] = draw(st.lists(PARTS, min_size=1, max_size=7))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(parts)))
        behind = (replace(part, window=None) if isinstance(part, Outside) else part for part in parts[at:])
        parts = [*parts[:at], Pivot(), *behind]
    return Saga(kind="any", parts=tuple(parts))


# Good luck is common, so that histories get far enough for bad luck to matter.
FATES = st.sampled_from((*Fate, *[Fate.ANSWERED] * 6, *[Fate.REFUSED] * 2))
NEWS = st.frozensets(st.sampled_from((*SIGNALS, "hold_made", "card_saved", "account_ready")), max_size=2)


class AnyHistory(RuleBasedStateMachine):
    """What may happen to one saga, in any order."""

    engine: SmallEngine

    @initialize(saga=st.sampled_from(KNOWN) | st.sampled_from(STOPPABLE))  # those that listen are few and say most
    def begin(self, saga: Saga) -> None:
        tried(f"histories of {'made-up sagas' if saga.kind == 'any' else 'our sagas'}")
        self.engine = SmallEngine(saga=saga, now=NOON)
        self.last = SagaStatus.RUNNING
        self.stopped = False

    @rule(fate=FATES, refusing=st.frozensets(st.integers(0, 8), max_size=1), news=NEWS)
    def wake(self, fate: Fate, refusing: frozenset[int], news: frozenset[str]) -> None:
        self._expect_stop(news)
        self.engine.wake(fate, refusing, news)

    @rule(fate=FATES)
    def wake_in_peace(self, fate: Fate) -> None:
        self.engine.wake(fate)

    @rule(name=st.sampled_from(SIGNALS))
    def signal(self, name: str) -> None:
        self._expect_stop(frozenset({name}))
        self.engine.signals.add(name)

    @rule()
    def time_passes(self) -> None:
        self.engine.now += WINDOW + timedelta(seconds=1)

    @precondition(lambda self: self.engine.status is SagaStatus.STUCK)
    @rule()
    def retry(self) -> None:
        self.engine.retry()

    def _expect_stop(self, news: frozenset[str]) -> None:
        """A stopping signal that comes while it runs before its pivot must be obeyed."""
        engine, parts = self.engine, self.engine.saga.parts
        stopping = {name for part in parts if isinstance(part, Wait) for name in part.unless}
        here = engine.status is SagaStatus.RUNNING and engine.row.progress.position <= engine.saga.pivot
        self.stopped |= bool(stopping & news) and here

    @invariant()
    def nothing_is_done_twice(self) -> None:
        counts = [*self.engine.outside.values(), *self.engine.row.local.values()]
        assert all(0 <= count <= 1 for count in counts)

    @invariant()
    def local_steps_and_progress_are_one(self) -> None:
        row, parts = self.engine.row, self.engine.saga.parts
        if row.progress.status is SagaStatus.RUNNING:
            done = {at for at, part in enumerate(parts[: row.progress.position]) if isinstance(part, Local)}
            assert {at for at, count in row.local.items() if count} == done

    @invariant()
    def nothing_turns_back_past_the_pivot(self) -> None:
        engine = self.engine
        if engine.past_pivot:
            assert not engine.row.undone
            assert engine.status in (SagaStatus.RUNNING, SagaStatus.STUCK, SagaStatus.DONE)

    @invariant()
    def what_is_stuck_has_a_reason(self) -> None:
        if self.engine.status is SagaStatus.STUCK:
            assert self.engine.row.progress.reason

    @invariant()
    def what_is_over_stays_over(self) -> None:
        assert self.last not in ENDED or self.engine.status is self.last
        self.last = self.engine.status

    @invariant()
    def what_was_turned_back_from_is_undone_from_the_last_on(self) -> None:
        engine = self.engine
        assert engine.row.undone == sorted(set(engine.row.undone), reverse=True)
        if engine.status in (SagaStatus.TURNING, SagaStatus.UNDONE):
            behind = {at for at in _with_undo(engine.saga) if at > engine.row.progress.position}
            assert not [at for at in behind if engine.row.local[at]]
            assert not [at for at in behind if engine.outside[at] and not _by_hand(engine.saga, at)]

    def teardown(self) -> None:
        """From here on the world is kind: it ends."""
        engine = self.engine
        for _ in range(MOST_WAKES):
            if engine.status in ENDED:
                break
            engine.retry()
            engine.signals |= {part.signal for part in engine.saga.parts if isinstance(part, Wait)}
            engine.wake(Fate.ANSWERED)
        self._require_end()

    def _require_end(self) -> None:
        engine, parts = self.engine, self.engine.saga.parts
        assert engine.status in ENDED, f"no end: {engine.row}"
        steps = {at for at, part in enumerate(parts) if isinstance(part, Local | Outside)}
        effects = {at for at in steps if engine.row.local[at] or engine.outside[at]}
        if engine.status is SagaStatus.DONE:
            assert not self.stopped, "it was told to stop in time"
            assert effects == steps
            assert engine.row.undone == []
            return
        assert engine.row.progress.reason
        assert engine.turned_at is not None
        assert engine.row.undone == [
            at for at in reversed(range(engine.turned_at + 1)) if at in _with_undo(engine.saga)
        ]


def _with_undo(saga: Saga) -> frozenset[int]:
    return frozenset(at for at, part in enumerate(saga.parts) if isinstance(part, Local | Outside) and part.undo)


def _by_hand(saga: Saga, at: int) -> bool:
    """A call that is undone in Postgres alone leaves Stripe as it is."""
    part = saga.parts[at]
    return isinstance(part, Outside) and not part.undo_outside


class AnySaga(AnyHistory):
    """The same of processes nobody has thought of yet."""

    @initialize(saga=any_saga())
    def begin(self, saga: Saga) -> None:
        super().begin(saga)


@pytest.mark.parametrize("machine", [AnyHistory, AnySaga], ids=["ours", "generated"])
def test_any_history_ends_with_all_steps_done_or_all_undone(machine: type[AnyHistory]) -> None:
    depth = settings(max_examples=rounds(80, 2500), stateful_step_count=rounds(20, 40), deadline=None)
    run_state_machine_as_test(machine, settings=depth)


@pytest.mark.parametrize("saga", KNOWN, ids=lambda saga: saga.kind)
def test_no_call_behind_a_pivot_is_ever_given_up(saga: Saga) -> None:
    """Given up there, it would stand stuck without its key, and [Retry] would make it a second time."""
    assert [part.name for part in saga.parts[saga.pivot :] if isinstance(part, Outside) and part.window] == []
