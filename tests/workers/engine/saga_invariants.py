"""What holds for a saga run after every act, and at its end."""

from domain.saga.definition import FINAL_STATUSES, ExternalStep, LocalStep, Saga, SagaStatus, Wait
from tests.workers.engine.tracked_saga import TrackedSaga

STEPS = LocalStep | ExternalStep
REASONS_OF_FAILURES = frozenset({"refused", "out_of_reach", "error-stale"})


def no_effect_happens_twice(tracked: TrackedSaga) -> None:
    counts = [*tracked.remote.counts.values(), *tracked.counts.values()]
    assert all(0 <= count <= 1 for count in counts)


def effects_and_progress_agree(tracked: TrackedSaga) -> None:
    """A step before the position has its effect, and its answer was recorded once; no other step has."""
    if tracked.status in (SagaStatus.RUNNING, SagaStatus.DONE):
        before = enumerate(tracked.saga.steps[: tracked.row.position])
        done = {at: isinstance(part, ExternalStep) for at, part in before if isinstance(part, STEPS)}
        assert {at for at, times in tracked.counts.items() if times} == set(done)
        assert all(tracked.remote.counts[at] for at, is_call in done.items() if is_call)


def nothing_is_compensated_past_the_pivot(tracked: TrackedSaga) -> None:
    if tracked.past_pivot:
        assert not tracked.compensated
        assert tracked.status in (SagaStatus.RUNNING, SagaStatus.STUCK, SagaStatus.DONE)


def a_stuck_saga_has_a_reason(tracked: TrackedSaga) -> None:
    if tracked.status is SagaStatus.STUCK:
        assert tracked.row.error


def a_final_status_is_never_left(tracked: TrackedSaga) -> None:
    assert not tracked.left_end


def compensation_runs_in_reverse(tracked: TrackedSaga) -> None:
    assert tracked.compensated == sorted(set(tracked.compensated), reverse=True)
    if tracked.status in (SagaStatus.COMPENSATING, SagaStatus.COMPENSATED):
        behind = {at for at in _with_compensation(tracked.saga) if at > tracked.row.position}
        assert not [at for at in behind if tracked.counts[at]]
        assert not [at for at in behind if tracked.remote.counts[at] and not _is_compensated_locally(tracked.saga, at)]


INVARIANTS = (
    no_effect_happens_twice,
    effects_and_progress_agree,
    nothing_is_compensated_past_the_pivot,
    a_stuck_saga_has_a_reason,
    a_final_status_is_never_left,
    compensation_runs_in_reverse,
)


def check_invariants(tracked: TrackedSaga) -> None:
    """Fail unless all invariants hold."""
    for invariant in INVARIANTS:
        invariant(tracked)


def check_end(tracked: TrackedSaga) -> None:
    """Fail unless the saga ended, with all its steps done or all of them compensated for a reason that happened."""
    assert tracked.status in FINAL_STATUSES, f"no end: {tracked.row}"
    check_invariants(tracked)
    if tracked.status is SagaStatus.DONE:
        parts = tracked.saga.steps
        assert not tracked.stopped, "an abort signal arrived in time"
        assert {at for at, times in tracked.counts.items() if times} == {
            at for at, part in enumerate(parts) if isinstance(part, STEPS)
        }
        assert {at for at, times in tracked.remote.counts.items() if times} == {
            at for at, part in enumerate(parts) if isinstance(part, ExternalStep)
        }
        assert tracked.compensated == []
        return
    assert tracked.row.reason in _possible_reasons(tracked)
    assert tracked.compensating_from is not None
    assert tracked.compensated == [
        at for at in reversed(range(tracked.compensating_from + 1)) if at in _with_compensation(tracked.saga)
    ]


def _possible_reasons(tracked: TrackedSaga) -> frozenset[str]:
    waits = [part for part in tracked.saga.steps if isinstance(part, Wait)]
    aborts = frozenset(name for part in waits for name in part.abort_signals)
    timeouts = frozenset(part.timeout_reason for part in waits if tracked.is_late)
    return REASONS_OF_FAILURES | aborts | timeouts


def _with_compensation(saga: Saga) -> frozenset[int]:
    return frozenset(at for at, part in enumerate(saga.steps) if isinstance(part, STEPS) and part.compensation)


def _is_compensated_locally(saga: Saga, at: int) -> bool:
    """Return whether a call is compensated in Postgres alone, which leaves Stripe as it is."""
    part = saga.steps[at]
    return isinstance(part, ExternalStep) and not part.compensation_is_external
