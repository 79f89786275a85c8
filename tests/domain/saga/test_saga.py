"""Tests of a saga's next move: every history ends, compensations run in exact reverse, none after the pivot."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.registers import build_saga_register
from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga, SagaStatus, Wait
from domain.saga.next_move import (
    Advance,
    AwaitSignal,
    CallExternalStep,
    Finish,
    Progress,
    RunLocalStep,
    backoff_delay,
    begin_compensation,
    next_move,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LONG_AGO, NOT_YET = NOW - timedelta(seconds=1), NOW + timedelta(hours=1)
MAX_MOVES = 100
Step = LocalStep | ExternalStep | Wait | Pivot
SAGAS = build_saga_register().sagas
ALL_SAGAS = sorted(SAGAS.values(), key=lambda saga: saga.kind)


@dataclass(slots=True, kw_only=True)
class SagaHistory:
    """The outcomes of one saga's steps, and what happened. `refusals` are positions whose step is refused."""

    saga: Saga
    refusals: frozenset[int] = frozenset()
    # signals that arrive when the saga is at this position
    signals: dict[int, frozenset[str]] = field(default_factory=dict)
    signal_comes: bool = True
    done: list[str] = field(default_factory=list)
    compensated: list[str] = field(default_factory=list)
    compensating_from: int | None = None

    def play(self) -> Progress:
        """Run to the end like the engine, and return the last progress."""
        progress = Progress(status=SagaStatus.RUNNING, position=0)
        for _ in range(MAX_MOVES):
            arrived = self.signals.get(progress.position, frozenset())
            progress = replace(progress, signals=progress.signals | arrived)
            move = next_move(self.saga, progress, NOW)
            match move:
                case Finish(status=status):
                    return replace(progress, status=status)
                case Advance(next_progress=then):
                    self._record_compensation(progress, then)
                    progress = then
                case AwaitSignal():
                    progress = self._wait(progress)
                case RunLocalStep(name=name, next_progress=then) | CallExternalStep(name=name, next_progress=then):
                    progress = self._step(progress, name, then)
            if progress.status is SagaStatus.STUCK:
                return progress
        raise AssertionError(f"no end after {MAX_MOVES} moves: {self}")

    def _wait(self, progress: Progress) -> Progress:
        part = self.saga.steps[progress.position]
        assert isinstance(part, Wait)
        if self.signal_comes:
            return replace(progress, signals=progress.signals | {part.signal})
        return replace(progress, waiting_until=LONG_AGO)

    def _step(self, progress: Progress, name: str, then: Progress) -> Progress:
        if progress.status is SagaStatus.COMPENSATING:
            self.compensated.append(name)
            return then
        if progress.position in self.refusals:
            back = begin_compensation(self.saga, progress, "refused")
            self._record_compensation(progress, back)
            return back
        self.done.append(name)
        return then

    def _record_compensation(self, before: Progress, after: Progress) -> None:
        if before.status is SagaStatus.RUNNING and after.status is SagaStatus.COMPENSATING:
            self.compensating_from = before.position


NAMED = st.text("abcdef", min_size=1, max_size=3)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(LocalStep, name=NAMED, compensation=st.none() | NAMED),
    st.builds(ExternalStep, name=NAMED, compensation=st.none() | NAMED, compensation_is_external=st.booleans()),
    st.builds(
        Wait,
        signal=st.sampled_from(["made", "ready"]),
        window=st.just("payment"),
        timeout_reason=st.just("unpaid"),
        abort_signals=st.frozensets(st.sampled_from(["cancelled", "declined"])),
    ),
)


@st.composite
def some_history(draw: st.DrawFn) -> SagaHistory:
    parts: list[Step] = draw(st.lists(STEPS, min_size=1, max_size=7))
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), Pivot())
    saga = draw(st.sampled_from([*ALL_SAGAS, Saga(kind="any", steps=tuple(parts))]))
    positions = st.integers(0, len(saga.steps))
    arriving = st.frozensets(st.sampled_from(["cancelled", "declined", "made", "unknown"]), max_size=2)
    return SagaHistory(
        saga=saga,
        refusals=frozenset(draw(st.sets(positions, max_size=2))),
        signals=draw(st.dictionaries(positions, arriving, max_size=3)),
        signal_comes=draw(st.booleans()),
    )


def compensation_names(saga: Saga, upto: int) -> list[str]:
    """Return the compensations of the steps up to this position, the last one first."""
    undos = [part.compensation for part in saga.steps[: upto + 1] if isinstance(part, LocalStep | ExternalStep)]
    return [name for name in reversed(undos) if name is not None]


@given(history=some_history())
def test_any_history_ends_done_compensated_or_stuck(history: SagaHistory) -> None:
    assert history.play().status in (SagaStatus.DONE, SagaStatus.COMPENSATED, SagaStatus.STUCK)


@given(history=some_history())
def test_compensation_runs_in_exact_reverse_and_for_the_refused_step_too(history: SagaHistory) -> None:
    end = history.play()
    if end.status is SagaStatus.COMPENSATED:
        assert history.compensating_from is not None
        assert history.compensated == compensation_names(history.saga, history.compensating_from)
    else:
        assert history.compensated == []


@given(history=some_history())
def test_a_saga_that_is_done_did_every_step_in_order(history: SagaHistory) -> None:
    if history.play().status is SagaStatus.DONE:
        assert history.done == [part.name for part in history.saga.steps if isinstance(part, LocalStep | ExternalStep)]


@given(history=some_history())
def test_nothing_is_compensated_past_the_pivot_and_only_what_is_past_it_gets_stuck(history: SagaHistory) -> None:
    end = history.play()
    if end.status is SagaStatus.STUCK:
        assert end.position > history.saga.pivot_index
        assert end.reason is not None
    if history.compensating_from is not None:
        assert history.compensating_from <= history.saga.pivot_index


@given(history=some_history())
def test_a_stopping_signal_before_the_pivot_stops_everything_after_it(history: SagaHistory) -> None:
    stopping = {name for part in history.saga.steps if isinstance(part, Wait) for name in part.abort_signals}
    stops = [at for at, names in history.signals.items() if names & stopping and at <= history.saga.pivot_index]
    end = history.play()
    if stops and end.status is SagaStatus.DONE:
        assert min(stops) >= len(history.saga.steps), "it arrived after the last step"


@given(history=some_history(), position=st.integers(0, 8))
def test_the_same_progress_gives_the_same_move(history: SagaHistory, position: int) -> None:
    progress = Progress(status=SagaStatus.RUNNING, position=min(position, len(history.saga.steps)))
    assert next_move(history.saga, progress, NOW) == next_move(history.saga, progress, NOW)


def create_order() -> Saga:
    return SAGAS["create_order", 1]


def test_an_order_cancelled_while_the_bank_decides_releases_the_hold_first() -> None:
    history = SagaHistory(saga=create_order(), signals={2: frozenset({"cancelled"})})
    assert history.play().status is SagaStatus.COMPENSATED
    assert history.compensated == ["release_hold", "cancel_order"]


def test_an_order_that_is_cancelled_before_the_hold_is_asked_for_asks_for_none() -> None:
    history = SagaHistory(saga=create_order(), signals={1: frozenset({"cancelled"})})
    assert history.play().reason == "cancelled"
    assert history.done == ["place_order"]


def test_a_wait_lasts_until_its_deadline_and_then_compensates_with_its_reason() -> None:
    progress = Progress(status=SagaStatus.RUNNING, position=2, waiting_until=NOT_YET)
    assert next_move(create_order(), progress, NOW) == AwaitSignal(window="payment", poll="refresh_hold")
    late = next_move(create_order(), replace(progress, waiting_until=NOW), NOW)
    assert isinstance(late, Advance)
    assert (late.next_progress.status, late.next_progress.reason) == (SagaStatus.COMPENSATING, "unpaid")


def test_a_signal_that_came_before_its_wait_still_counts() -> None:
    history = SagaHistory(saga=create_order(), signals={0: frozenset({"hold_made"})}, signal_comes=False)
    assert history.play().status is SagaStatus.DONE


@pytest.mark.parametrize("saga", ALL_SAGAS, ids=lambda saga: saga.kind)
def test_every_saga_ends_done_when_nothing_goes_wrong(saga: Saga) -> None:
    assert SagaHistory(saga=saga).play().status is SagaStatus.DONE


@pytest.mark.parametrize("saga", ALL_SAGAS, ids=lambda saga: saga.kind)
def test_no_call_after_a_pivot_is_ever_given_up(saga: Saga) -> None:
    """A call given up after the pivot would be stuck without its key, and [Retry] would make it a second time."""
    assert [
        part.name for part in saga.steps[saga.pivot_index :] if isinstance(part, ExternalStep) and part.window
    ] == []


def test_a_delivered_order_is_never_compensated() -> None:
    for position in range(len(SAGAS["complete_order", 1].steps)):
        history = SagaHistory(saga=SAGAS["complete_order", 1], refusals=frozenset({position}))
        history.play()
        assert history.compensated == []


def test_waiting_between_tries_doubles_up_to_a_minute() -> None:
    assert [backoff_delay(tries).total_seconds() for tries in (0, 1, 2, 3)] == [0.2, 0.4, 0.8, 1.6]
    assert backoff_delay(9) == backoff_delay(10_000) == timedelta(minutes=1)
