"""Tests that after any history of refusals, lost answers, crashes, waits and signals all is done or all compensated."""

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

from domain.registers import build_saga_register
from domain.saga.definition import FINAL_STATUSES, ExternalStep, LocalStep, Pivot, Saga, SagaStatus, Wait
from tests.domain.in_memory_engine import WAIT_TIMEOUT, InjectedOutcome, InMemoryEngine
from tests.fuzz.fuzz_depth import iterations
from tests.fuzz.input_counts import count_inputs

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SAGAS = build_saga_register().sagas
ALL_SAGAS = sorted(SAGAS.values(), key=lambda saga: (saga.kind, saga.version))
STOPPABLE = [saga for saga in ALL_SAGAS if any(isinstance(part, Wait) and part.abort_signals for part in saga.steps)]
MAX_WAKES = 200
Step = LocalStep | ExternalStep | Wait | Pivot

SIGNALS = ("made", "ready", "cancelled", "declined", "unknown")
COMPENSATIONS = st.none() | st.just("undo")
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(LocalStep, name=st.just("local"), compensation=COMPENSATIONS),
    st.builds(
        ExternalStep,
        name=st.just("call"),
        compensation=COMPENSATIONS,
        compensation_is_external=st.booleans(),
        window=st.none() | st.just("payment"),
    ),
    st.builds(
        Wait,
        signal=st.sampled_from(SIGNALS[:2]),
        window=st.just("payment"),
        timeout_reason=st.just("unpaid"),
        abort_signals=st.frozensets(st.sampled_from(SIGNALS[2:4])),
    ),
)


@st.composite
def any_saga(draw: st.DrawFn) -> Saga:
    """Steps in any order, perhaps with a pivot, after which no call is ever given up."""
    parts: list[Step] = draw(st.lists(STEPS, min_size=1, max_size=7))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(parts)))
        behind = (replace(part, window=None) if isinstance(part, ExternalStep) else part for part in parts[at:])
        parts = [*parts[:at], Pivot(), *behind]
    return Saga(kind="any", steps=tuple(parts))


# Successes are common, so that histories get far enough for failures to matter.
INJECTED_OUTCOMES = st.sampled_from((*InjectedOutcome, *[InjectedOutcome.ANSWERED] * 6, *[InjectedOutcome.REFUSED] * 2))
NEW_SIGNALS = st.frozensets(st.sampled_from((*SIGNALS, "hold_made", "card_saved", "account_ready")), max_size=2)


class AnyHistory(RuleBasedStateMachine):
    """What may happen to one saga, in any order."""

    engine: InMemoryEngine

    # few sagas have abort signals, and they test most
    @initialize(saga=st.sampled_from(ALL_SAGAS) | st.sampled_from(STOPPABLE))
    def begin(self, saga: Saga) -> None:
        count_inputs(f"histories of {'made-up sagas' if saga.kind == 'any' else 'our sagas'}")
        self.engine = InMemoryEngine(saga=saga, now=NOON)
        self.last = SagaStatus.RUNNING
        self.stopped = False

    @rule(outcome=INJECTED_OUTCOMES, refusing=st.frozensets(st.integers(0, 8), max_size=1), new_signals=NEW_SIGNALS)
    def wake(self, outcome: InjectedOutcome, refusing: frozenset[int], new_signals: frozenset[str]) -> None:
        self._expect_stop(new_signals)
        self.engine.wake(outcome, refusing, new_signals)

    @rule(outcome=INJECTED_OUTCOMES)
    def wake_without_faults(self, outcome: InjectedOutcome) -> None:
        self.engine.wake(outcome)

    @rule(name=st.sampled_from(SIGNALS))
    def signal(self, name: str) -> None:
        self._expect_stop(frozenset({name}))
        self.engine.signals.add(name)

    @rule()
    def time_passes(self) -> None:
        self.engine.now += WAIT_TIMEOUT + timedelta(seconds=1)

    @precondition(lambda self: self.engine.status is SagaStatus.STUCK)
    @rule()
    def retry(self) -> None:
        self.engine.retry()

    def _expect_stop(self, new_signals: frozenset[str]) -> None:
        """An abort signal that arrives while the saga runs before its pivot must be obeyed."""
        engine, parts = self.engine, self.engine.saga.steps
        stopping = {name for part in parts if isinstance(part, Wait) for name in part.abort_signals}
        here = engine.status is SagaStatus.RUNNING and engine.row.progress.position <= engine.saga.pivot_index
        self.stopped |= bool(stopping & new_signals) and here

    @invariant()
    def no_effect_happens_twice(self) -> None:
        counts = [*self.engine.external_effects.values(), *self.engine.row.local_effects.values()]
        assert all(0 <= count <= 1 for count in counts)

    @invariant()
    def local_effects_and_progress_agree(self) -> None:
        row, parts = self.engine.row, self.engine.saga.steps
        if row.progress.status is SagaStatus.RUNNING:
            done = {at for at, part in enumerate(parts[: row.progress.position]) if isinstance(part, LocalStep)}
            assert {at for at, count in row.local_effects.items() if count} == done

    @invariant()
    def nothing_is_compensated_past_the_pivot(self) -> None:
        engine = self.engine
        if engine.past_pivot:
            assert not engine.row.compensated
            assert engine.status in (SagaStatus.RUNNING, SagaStatus.STUCK, SagaStatus.DONE)

    @invariant()
    def a_stuck_saga_has_a_reason(self) -> None:
        if self.engine.status is SagaStatus.STUCK:
            assert self.engine.row.progress.reason

    @invariant()
    def a_final_status_is_never_left(self) -> None:
        assert self.last not in FINAL_STATUSES or self.engine.status is self.last
        self.last = self.engine.status

    @invariant()
    def compensation_runs_in_reverse(self) -> None:
        engine = self.engine
        assert engine.row.compensated == sorted(set(engine.row.compensated), reverse=True)
        if engine.status in (SagaStatus.COMPENSATING, SagaStatus.COMPENSATED):
            behind = {at for at in _with_compensation(engine.saga) if at > engine.row.progress.position}
            assert not [at for at in behind if engine.row.local_effects[at]]
            assert not [
                at for at in behind if engine.external_effects[at] and not _is_compensated_locally(engine.saga, at)
            ]

    def teardown(self) -> None:
        """Let everything succeed from here on: the saga must end."""
        engine = self.engine
        for _ in range(MAX_WAKES):
            if engine.status in FINAL_STATUSES:
                break
            engine.retry()
            engine.signals |= {part.signal for part in engine.saga.steps if isinstance(part, Wait)}
            engine.wake(InjectedOutcome.ANSWERED)
        self._require_end()

    def _require_end(self) -> None:
        engine, parts = self.engine, self.engine.saga.steps
        assert engine.status in FINAL_STATUSES, f"no end: {engine.row}"
        steps = {at for at, part in enumerate(parts) if isinstance(part, LocalStep | ExternalStep)}
        effects = {at for at in steps if engine.row.local_effects[at] or engine.external_effects[at]}
        if engine.status is SagaStatus.DONE:
            assert not self.stopped, "an abort signal arrived in time"
            assert effects == steps
            assert engine.row.compensated == []
            return
        assert engine.row.progress.reason
        assert engine.compensating_from is not None
        assert engine.row.compensated == [
            at for at in reversed(range(engine.compensating_from + 1)) if at in _with_compensation(engine.saga)
        ]


def _with_compensation(saga: Saga) -> frozenset[int]:
    return frozenset(
        at for at, part in enumerate(saga.steps) if isinstance(part, LocalStep | ExternalStep) and part.compensation
    )


def _is_compensated_locally(saga: Saga, at: int) -> bool:
    """Return whether a call is compensated in Postgres alone, which leaves Stripe as it is."""
    part = saga.steps[at]
    return isinstance(part, ExternalStep) and not part.compensation_is_external


class AnySaga(AnyHistory):
    """The same for generated sagas."""

    @initialize(saga=any_saga())
    def begin(self, saga: Saga) -> None:
        super().begin(saga)


@pytest.mark.parametrize("machine", [AnyHistory, AnySaga], ids=["ours", "generated"])
def test_any_history_ends_with_all_steps_done_or_all_compensated(machine: type[AnyHistory]) -> None:
    depth = settings(max_examples=iterations(80, 2500), stateful_step_count=iterations(20, 40), deadline=None)
    run_state_machine_as_test(machine, settings=depth)


@pytest.mark.parametrize("saga", ALL_SAGAS, ids=lambda saga: saga.kind)
def test_no_call_after_a_pivot_is_ever_given_up(saga: Saga) -> None:
    """A call given up after the pivot would be stuck without its key, and [Retry] would make it a second time."""
    assert [
        part.name for part in saga.steps[saga.pivot_index :] if isinstance(part, ExternalStep) and part.window
    ] == []
