"""Tests of the engine with each outcome of each call, each kill, each refusal and each late worker, one at a time."""

from itertools import product, repeat

import pytest

from domain.saga.definition import ExternalStep, LocalStep, Pivot, Saga, SagaStatus, Wait
from tests.fuzz.fuzz_depth import sample
from tests.workers.engine.engine_stack import EngineStack
from tests.workers.engine.remote_effects import InjectedOutcome
from tests.workers.engine.saga_invariants import check_end, check_invariants
from tests.workers.engine.scripted_worker import WorkerScript
from tests.workers.engine.tracked_saga import TrackedSaga

# A step of each kind, before the pivot and after it.
SAGA = Saga(
    kind="all kinds of steps",
    steps=(
        LocalStep(name="place", compensation="cancel"),
        ExternalStep(name="hold", compensation="release", window="payment"),
        Wait(signal="made", window="payment", timeout_reason="unpaid", abort_signals=frozenset({"stop"}), poll="look"),
        LocalStep(name="publish", compensation="withdraw"),
        ExternalStep(name="check", compensation="close", compensation_is_external=False),
        LocalStep(name="confirm", compensation="undo"),
        Pivot(),
        ExternalStep(name="capture"),
        LocalStep(name="book"),
    ),
)
HOLD, CHECK, CAPTURE = range(3)  # the calls in their order
ANSWERED, REFUSED = InjectedOutcome.ANSWERED, InjectedOutcome.REFUSED
FROZEN = (InjectedOutcome.FROZEN_BEFORE_CALL, InjectedOutcome.FROZEN_BEFORE_ANSWER_RECORDED)
AT_ONCE = tuple(outcome for outcome in InjectedOutcome if outcome not in FROZEN)
UNKNOWN = (
    InjectedOutcome.FAILED_AFTER_EFFECT,
    InjectedOutcome.FAILED_BEFORE_EFFECT,
    InjectedOutcome.ANSWER_LOST_AFTER_EFFECT,
    InjectedOutcome.ANSWER_LOST_BEFORE_EFFECT,
)
FAULTS = (None, OSError("the connection was closed meanwhile"))
TAKEN_OVER = (None, ANSWERED, InjectedOutcome.ANSWER_LOST_AFTER_EFFECT)
LATE_WORKERS = [  # every second row has every value, and the first three columns in all their combinations
    (*row, fault)
    for at, row in enumerate(product(FROZEN, (HOLD, CAPTURE), TAKEN_OVER))
    for fault in (FAULTS if at % 2 else reversed(FAULTS))
]
DONE = (SagaStatus.DONE, None)


Ending = tuple[SagaStatus, str | None]


async def start(stack: EngineStack, *, calls: int = 0, signals: tuple[str, ...] = ("made",)) -> TrackedSaga:
    """Start a saga that need not wait, and let this many of its calls be answered."""
    tracked = TrackedSaga(stack=stack, saga=SAGA)
    await tracked.start(frozenset())
    await tracked.signal(signals)
    if calls:
        await wake(tracked, *[ANSWERED] * calls)
    return tracked


async def start_waiting(stack: EngineStack) -> TrackedSaga:
    """Start a saga, and let it wait for a signal, with the next poll due."""
    return await start(stack, calls=1, signals=())


async def wake(
    tracked: TrackedSaga,
    *outcomes: InjectedOutcome,
    refusing: int | None = None,
    signals: frozenset[str] = frozenset(),
    killed_commit: int | None = None,
) -> None:
    """Let another worker take the saga over; its calls have these outcomes, and are answered when none is given."""
    script = WorkerScript(
        outcomes=iter(outcomes) if outcomes else repeat(ANSWERED),
        refusing=frozenset() if refusing is None else frozenset({refusing}),
        signals=signals,
        killed_commit=killed_commit,
    )
    await tracked.wake(script, condition=outcomes[0] if outcomes else None)
    check_invariants(tracked)


async def ending(tracked: TrackedSaga) -> Ending:
    """Let everything succeed from here on, and return how the saga ended and why."""
    await tracked.finish()
    check_end(tracked)
    return tracked.status, tracked.row.reason


@pytest.mark.parametrize(("outcome", "call"), sample(list(product(AT_ONCE, (HOLD, CHECK, CAPTURE))), 2))
async def test_a_saga_ends_after_any_outcome_of_any_call(
    engine_stack: EngineStack, call: int, outcome: InjectedOutcome
) -> None:
    """Only a refusal before the pivot compensates, and only a call with a window is given up."""
    tracked = await start(engine_stack, calls=call)
    await wake(tracked, outcome)
    match outcome, call:
        case InjectedOutcome.REFUSED, 0 | 1:
            assert await ending(tracked) == (SagaStatus.COMPENSATED, "refused")
        case InjectedOutcome.REFUSED, _:
            assert tracked.status is SagaStatus.STUCK
            assert await ending(tracked) == DONE
        case InjectedOutcome.GIVEN_UP, 0:
            assert await ending(tracked) == (SagaStatus.COMPENSATED, "out_of_reach")
        case _:
            assert await ending(tracked) == DONE


@pytest.mark.parametrize("call", [HOLD, CAPTURE], ids=["hold", "capture"])
@pytest.mark.parametrize("outcome", UNKNOWN)
async def test_a_call_with_many_unknown_outcomes_has_one_effect(
    engine_stack: EngineStack, call: int, outcome: InjectedOutcome
) -> None:
    tracked = await start(engine_stack, calls=call)
    for _ in range(4):
        await wake(tracked, outcome)
    assert await ending(tracked) == DONE


@pytest.mark.parametrize(("frozen", "call", "taken_over", "fault"), sample(LATE_WORKERS, 2))
async def test_a_worker_that_comes_back_late_changes_nothing_once_its_saga_was_taken_over(
    engine_stack: EngineStack,
    frozen: InjectedOutcome,
    call: int,
    taken_over: InjectedOutcome | None,
    fault: Exception | None,
) -> None:
    tracked = await start(engine_stack, calls=call)
    await wake(tracked, frozen)
    (late,) = tracked.frozen
    await tracked.knock()
    if taken_over is not None:
        await wake(tracked, taken_over)
    await tracked.return_late(late, fault)
    check_invariants(tracked)
    assert await ending(tracked) == DONE


@pytest.mark.parametrize("commit", range(1, 5))
async def test_a_worker_killed_before_any_commit_leaves_a_saga_that_another_ends(
    engine_stack: EngineStack, commit: int
) -> None:
    tracked = await start(engine_stack)
    await wake(tracked, killed_commit=commit)
    assert tracked.status is SagaStatus.RUNNING
    assert await ending(tracked) == DONE


@pytest.mark.parametrize(("at", "reason"), [(3, "error-stale"), (5, "error-stale"), (8, None)])
async def test_a_local_step_that_refuses_compensates_before_the_pivot_and_waits_for_an_admin_behind_it(
    engine_stack: EngineStack, at: int, reason: str | None
) -> None:
    tracked = await start(engine_stack)
    await wake(tracked, refusing=at)
    assert tracked.status is (SagaStatus.STUCK if reason is None else SagaStatus.COMPENSATED)
    assert await ending(tracked) == (DONE if reason is None else (SagaStatus.COMPENSATED, reason))


async def test_a_saga_whose_first_step_refuses_does_not_start(engine_stack: EngineStack) -> None:
    tracked = TrackedSaga(stack=engine_stack, saga=SAGA)
    await tracked.start(frozenset({0}))
    assert await ending(tracked) == DONE


@pytest.mark.parametrize(("outcome", "refusing"), [(REFUSED, None), (ANSWERED, 0)], ids=["external", "local"])
async def test_a_compensation_that_is_refused_waits_for_an_admin(
    engine_stack: EngineStack, outcome: InjectedOutcome, refusing: int | None
) -> None:
    tracked = await start(engine_stack, calls=CHECK)
    await wake(tracked, REFUSED)
    statuses = [tracked.status]  # it compensates up to the hold, whose compensation is the next call
    await wake(tracked, outcome, refusing=refusing)
    assert [*statuses, tracked.status] == [SagaStatus.COMPENSATING, SagaStatus.STUCK]
    assert await ending(tracked) == (SagaStatus.COMPENSATED, "refused")


@pytest.mark.parametrize(("calls", "status"), [(HOLD, "compensated"), (CHECK, "compensated"), (CAPTURE, "done")])
async def test_an_abort_signal_that_comes_while_a_worker_decides_is_obeyed_up_to_the_pivot(
    engine_stack: EngineStack, calls: int, status: str
) -> None:
    tracked = await start(engine_stack, calls=calls)
    await wake(tracked, signals=frozenset({"stop"}))
    assert tracked.stopped is (status == "compensated")
    assert await ending(tracked) == (DONE if status == "done" else (SagaStatus.COMPENSATED, "stop"))


async def test_an_abort_signal_that_comes_while_local_steps_run_rolls_them_back(engine_stack: EngineStack) -> None:
    tracked = await start_waiting(engine_stack)
    await tracked.signal(["made"])
    await wake(tracked, signals=frozenset({"stop"}))
    assert await ending(tracked) == (SagaStatus.COMPENSATED, "stop")


@pytest.mark.parametrize("outcome", AT_ONCE)
async def test_a_saga_waits_on_after_any_outcome_of_a_poll(engine_stack: EngineStack, outcome: InjectedOutcome) -> None:
    tracked = await start_waiting(engine_stack)
    await wake(tracked, outcome)
    assert tracked.saga.steps[tracked.row.position].name == "wait_made"
    assert await ending(tracked) == DONE


async def test_a_poll_ends_a_wait_when_the_person_has_acted(engine_stack: EngineStack) -> None:
    tracked = await start_waiting(engine_stack)
    tracked.remote.has_person_acted = True
    await wake(tracked)
    assert tracked.status is SagaStatus.DONE
    assert await ending(tracked) == DONE


async def test_a_wait_whose_deadline_has_passed_compensates(engine_stack: EngineStack) -> None:
    tracked = await start_waiting(engine_stack)
    await tracked.pass_time()
    await wake(tracked)
    assert await ending(tracked) == (SagaStatus.COMPENSATED, "unpaid")
