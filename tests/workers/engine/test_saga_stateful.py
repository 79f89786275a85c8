"""Tests that after any history of refusals, lost answers, crashes, waits and signals all is done or all compensated.

The histories are those of the real engine on a real Postgres.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, ClassVar

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

from domain.saga.definition import Saga, SagaStatus
from tests.fuzz.fuzz_depth import iterations
from tests.fuzz.input_counts import count_inputs
from tests.workers.engine.engine_stack import EngineStack, running_engine_stack
from tests.workers.engine.generated_sagas import GENERATED, PRODUCT_SAGAS, STOPPABLE_SAGAS, generated_sagas
from tests.workers.engine.remote_effects import InjectedOutcome
from tests.workers.engine.saga_invariants import check_end, check_invariants
from tests.workers.engine.scripted_worker import WorkerScript
from tests.workers.engine.tracked_saga import TrackedSaga

UNFINISHED = (SagaStatus.RUNNING, SagaStatus.COMPENSATING)
# Successes are common, so that histories get far enough for failures to matter.
INJECTED_OUTCOMES = st.sampled_from(
    (
        *InjectedOutcome,
        *[InjectedOutcome.ANSWERED] * 7,
        *[InjectedOutcome.REFUSED] * 3,
        *[InjectedOutcome.FROZEN_BEFORE_ANSWER_RECORDED] * 2,
    )
)
REFUSING = st.frozensets(st.integers(0, 8), max_size=1)
KILLED_COMMITS = st.sampled_from((None, None, None, 1, 2, 3))


class AnyHistory(RuleBasedStateMachine):
    """What may happen to one saga, in any order."""

    runner: ClassVar[asyncio.Runner]
    stack: ClassVar[EngineStack]
    tracked: TrackedSaga

    # few sagas have abort signals, and they test most
    @initialize(saga=st.sampled_from(PRODUCT_SAGAS) | st.sampled_from(STOPPABLE_SAGAS), refusing=REFUSING)
    def begin(self, saga: Saga, refusing: frozenset[int]) -> None:
        count_inputs(f"histories of {'generated sagas' if saga.kind == GENERATED else 'our sagas'}")
        self.tracked = TrackedSaga(stack=self.stack, saga=saga)
        self._act(self.tracked.start(refusing))

    @precondition(lambda self: self.tracked.status in UNFINISHED)
    @rule(
        data=st.data(),
        outcomes=st.lists(INJECTED_OUTCOMES, min_size=1, max_size=3),
        refusing=REFUSING,
        killed_commit=KILLED_COMMITS,
    )
    def wake(
        self,
        data: st.DataObject,
        outcomes: list[InjectedOutcome],
        refusing: frozenset[int],
        killed_commit: int | None,
    ) -> None:
        signals = data.draw(st.frozensets(st.sampled_from(self.tracked.signal_names), max_size=2))
        script = WorkerScript(outcomes=iter(outcomes), refusing=refusing, signals=signals, killed_commit=killed_commit)
        self._act(self.tracked.wake(script, condition=outcomes[0]))

    @precondition(lambda self: self.tracked.status in UNFINISHED)
    @rule(outcome=INJECTED_OUTCOMES)
    def wake_without_faults(self, outcome: InjectedOutcome) -> None:
        self._act(self.tracked.wake(WorkerScript(outcomes=iter([outcome])), condition=outcome))

    @precondition(lambda self: self.tracked.has_lease_holder)
    @rule()
    def a_queue_job_comes_while_the_lease_lasts(self) -> None:
        self._act(self.tracked.knock())

    @precondition(lambda self: self.tracked.frozen)
    @rule(data=st.data(), fails=st.booleans())
    def a_late_worker_comes_back(self, data: st.DataObject, fails: bool) -> None:
        late = self.tracked.frozen[data.draw(st.integers(0, len(self.tracked.frozen) - 1))]
        self._act(self.tracked.return_late(late, OSError("the connection was closed meanwhile") if fails else None))

    @rule(data=st.data())
    def signal(self, data: st.DataObject) -> None:
        self._act(self.tracked.signal([data.draw(st.sampled_from(self.tracked.signal_names))]))

    @rule()
    def a_person_acts_and_no_webhook_comes(self) -> None:
        self.tracked.remote.has_person_acted = True

    @rule()
    def time_passes(self) -> None:
        self._act(self.tracked.pass_time())

    @precondition(lambda self: self.tracked.status is SagaStatus.STUCK)
    @rule()
    def retry(self) -> None:
        self._act(self.tracked.retry())

    def _act(self, action: Coroutine[Any, Any, None]) -> None:
        self.runner.run(action)  # frozen workers stay where they are until the next one

    @invariant()
    def all_invariants_hold(self) -> None:
        check_invariants(self.tracked)

    def teardown(self) -> None:
        """Let everything succeed from here on: the saga must end, and whatever comes late changes nothing."""
        self._act(self.tracked.finish())
        check_end(self.tracked)


class AnySaga(AnyHistory):
    """The same for generated sagas."""

    @initialize(saga=generated_sagas(), refusing=REFUSING)
    def begin(self, saga: Saga, refusing: frozenset[int]) -> None:
        super().begin(saga, refusing)


@pytest.mark.parametrize("machine", [AnyHistory, AnySaga], ids=["ours", "generated"])
def test_any_history_ends_with_all_steps_done_or_all_compensated(machine: type[AnyHistory], database_url: str) -> None:
    depth = settings(max_examples=iterations(25, 600), stateful_step_count=iterations(15, 40), deadline=None)
    with asyncio.Runner() as runner:
        exits = AsyncExitStack()
        machine.runner = runner
        machine.stack = runner.run(exits.enter_async_context(running_engine_stack(database_url)))
        try:
            run_state_machine_as_test(machine, settings=depth)
        finally:
            runner.run(exits.aclose())
