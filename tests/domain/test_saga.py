"""Deciding what a saga does next: every history ends, undo runs in exact reverse, nothing turns back past the pivot."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.saga import (
    Await,
    CallOutside,
    DoLocal,
    End,
    Go,
    Local,
    Outside,
    Pivot,
    Progress,
    Saga,
    SagaStatus,
    Wait,
    backoff,
    next_move,
    turned_back,
)
from domain.sagas import SAGAS

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LONG_AGO, NOT_YET = NOW - timedelta(seconds=1), NOW + timedelta(hours=1)
MOST_MOVES = 100
Part = Local | Outside | Wait | Pivot
KNOWN = sorted(SAGAS.values(), key=lambda saga: saga.kind)


@dataclass(slots=True, kw_only=True)
class Story:
    """How the world answers, and what came of it. `refusals` are parts whose step says no."""

    saga: Saga
    refusals: frozenset[int] = frozenset()
    signals: dict[int, frozenset[str]] = field(default_factory=dict)  # arriving when the saga stands here
    signal_comes: bool = True
    done: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    turned_at: int | None = None

    def play(self) -> Progress:
        """Run to the end as the engine would, and return where it stands then."""
        progress = Progress(status=SagaStatus.RUNNING, position=0)
        for _ in range(MOST_MOVES):
            arrived = self.signals.get(progress.position, frozenset())
            progress = replace(progress, signals=progress.signals | arrived)
            move = next_move(self.saga, progress, NOW)
            match move:
                case End(status=status):
                    return replace(progress, status=status)
                case Go(then=then):
                    self._note_turn(progress, then)
                    progress = then
                case Await():
                    progress = self._wait(progress)
                case DoLocal(name=name, then=then) | CallOutside(name=name, then=then):
                    progress = self._step(progress, name, then)
            if progress.status is SagaStatus.STUCK:
                return progress
        raise AssertionError(f"no end after {MOST_MOVES} moves: {self}")

    def _wait(self, progress: Progress) -> Progress:
        part = self.saga.parts[progress.position]
        assert isinstance(part, Wait)
        if self.signal_comes:
            return replace(progress, signals=progress.signals | {part.signal})
        return replace(progress, waiting_until=LONG_AGO)

    def _step(self, progress: Progress, name: str, then: Progress) -> Progress:
        if progress.status is SagaStatus.TURNING:
            self.undone.append(name)
            return then
        if progress.position in self.refusals:
            back = turned_back(self.saga, progress, "refused")
            self._note_turn(progress, back)
            return back
        self.done.append(name)
        return then

    def _note_turn(self, before: Progress, after: Progress) -> None:
        if before.status is SagaStatus.RUNNING and after.status is SagaStatus.TURNING:
            self.turned_at = before.position


NAMED = st.text("abcdef", min_size=1, max_size=3)
PARTS: st.SearchStrategy[Part] = st.one_of(
    st.builds(Local, name=NAMED, undo=st.none() | NAMED),
    st.builds(Outside, name=NAMED, undo=st.none() | NAMED, undo_outside=st.booleans()),
    st.builds(
        Wait,
        signal=st.sampled_from(["made", "ready"]),
        window=st.just("payment"),
        otherwise=st.just("unpaid"),
        unless=st.frozensets(st.sampled_from(["cancelled", "declined"])),
    ),
)


@st.composite
def some_story(draw: st.DrawFn) -> Story:
    parts: list[Part] = draw(st.lists(PARTS, min_size=1, max_size=7))
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), Pivot())
    saga = draw(st.sampled_from([*KNOWN, Saga(kind="any", parts=tuple(parts))]))
    positions = st.integers(0, len(saga.parts))
    arriving = st.frozensets(st.sampled_from(["cancelled", "declined", "made", "unknown"]), max_size=2)
    return Story(
        saga=saga,
        refusals=frozenset(draw(st.sets(positions, max_size=2))),
        signals=draw(st.dictionaries(positions, arriving, max_size=3)),
        signal_comes=draw(st.booleans()),
    )


def undo_names(saga: Saga, upto: int) -> list[str]:
    """The undos of the parts before and at this position, the last first."""
    undos = [part.undo for part in saga.parts[: upto + 1] if isinstance(part, Local | Outside)]
    return [name for name in reversed(undos) if name is not None]


@given(story=some_story())
def test_any_history_ends_done_undone_or_stuck(story: Story) -> None:
    assert story.play().status in (SagaStatus.DONE, SagaStatus.UNDONE, SagaStatus.STUCK)


@given(story=some_story())
def test_undo_runs_in_exact_reverse_and_for_the_refused_step_too(story: Story) -> None:
    end = story.play()
    if end.status is SagaStatus.UNDONE:
        assert story.turned_at is not None
        assert story.undone == undo_names(story.saga, story.turned_at)
    else:
        assert story.undone == []


@given(story=some_story())
def test_a_saga_that_is_done_did_every_step_in_order(story: Story) -> None:
    if story.play().status is SagaStatus.DONE:
        assert story.done == [part.name for part in story.saga.parts if isinstance(part, Local | Outside)]


@given(story=some_story())
def test_nothing_turns_back_past_the_pivot_and_only_what_is_past_it_gets_stuck(story: Story) -> None:
    end = story.play()
    if end.status is SagaStatus.STUCK:
        assert end.position > story.saga.pivot
        assert end.reason is not None
    if story.turned_at is not None:
        assert story.turned_at <= story.saga.pivot


@given(story=some_story())
def test_a_stopping_signal_before_the_pivot_stops_everything_after_it(story: Story) -> None:
    stopping = {name for part in story.saga.parts if isinstance(part, Wait) for name in part.unless}
    stops = [at for at, names in story.signals.items() if names & stopping and at <= story.saga.pivot]
    end = story.play()
    if stops and end.status is SagaStatus.DONE:
        assert min(stops) >= len(story.saga.parts), "it came when everything was done"


@given(story=some_story(), position=st.integers(0, 8))
def test_deciding_twice_is_deciding_once(story: Story, position: int) -> None:
    progress = Progress(status=SagaStatus.RUNNING, position=min(position, len(story.saga.parts)))
    assert next_move(story.saga, progress, NOW) == next_move(story.saga, progress, NOW)


def create_order() -> Saga:
    return SAGAS["create_order", 1]


def test_an_order_that_is_cancelled_while_the_bank_thinks_lets_the_hold_go_first() -> None:
    story = Story(saga=create_order(), signals={2: frozenset({"cancelled"})})
    assert story.play().status is SagaStatus.UNDONE
    assert story.undone == ["release_hold", "cancel_order"]


def test_an_order_that_is_cancelled_before_the_hold_is_asked_for_asks_for_none() -> None:
    story = Story(saga=create_order(), signals={1: frozenset({"cancelled"})})
    assert story.play().reason == "cancelled"
    assert story.done == ["place_order"]


def test_a_wait_rests_until_its_deadline_and_then_turns_back_for_its_reason() -> None:
    progress = Progress(status=SagaStatus.RUNNING, position=2, waiting_until=NOT_YET)
    assert next_move(create_order(), progress, NOW) == Await(window="payment", poll="look_at_hold")
    late = next_move(create_order(), replace(progress, waiting_until=NOW), NOW)
    assert isinstance(late, Go)
    assert (late.then.status, late.then.reason) == (SagaStatus.TURNING, "unpaid")


def test_a_signal_that_came_before_its_wait_still_counts() -> None:
    story = Story(saga=create_order(), signals={0: frozenset({"hold_made"})}, signal_comes=False)
    assert story.play().status is SagaStatus.DONE


@pytest.mark.parametrize("saga", KNOWN, ids=lambda saga: saga.kind)
def test_every_process_gets_done_when_nothing_goes_wrong(saga: Saga) -> None:
    assert Story(saga=saga).play().status is SagaStatus.DONE


def test_a_delivered_order_never_turns_back() -> None:
    for position in range(len(SAGAS["complete_order", 1].parts)):
        story = Story(saga=SAGAS["complete_order", 1], refusals=frozenset({position}))
        story.play()
        assert story.undone == []


def test_waiting_between_tries_doubles_up_to_a_minute() -> None:
    assert [backoff(tries).total_seconds() for tries in (0, 1, 2, 3)] == [0.2, 0.4, 0.8, 1.6]
    assert backoff(9) == backoff(10_000) == timedelta(minutes=1)
