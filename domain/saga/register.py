"""The register of sagas: their definitions and their local steps, bound at start."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from domain.database.unit_of_work import UnitOfWork
from domain.errors import CampusGError
from domain.saga.definition import Saga, Wait
from domain.saga.run import SagaRun

LocalStepFunction = Callable[[UnitOfWork, SagaRun], Awaitable[None]]
# A local step of many runs at once: it returns its refusals by the names of their runs, for which it changed nothing.
BatchStepFunction = Callable[[UnitOfWork, Sequence[SagaRun]], Awaitable[Mapping[str, CampusGError]]]


def step_of_one_run(step: BatchStepFunction) -> LocalStepFunction:
    """Return the local step that does for one run what `step` does for many, and raises its refusal."""

    async def take(work: UnitOfWork, run: SagaRun) -> None:
        for refusal in (await step(work, [run])).values():
            raise refusal

    return take


@dataclass(frozen=True, slots=True, kw_only=True)
class SagaRegister:
    """All sagas by kind and version, and all local steps by the names that saga rows store.

    Sagas that begin with one of `batch_steps` can be started many at once.
    """

    sagas: Mapping[tuple[str, int], Saga]
    local_steps: Mapping[str, LocalStepFunction]
    batch_steps: Mapping[str, BatchStepFunction] = field(default_factory=dict)

    def latest_saga(self, kind: str) -> Saga:
        """Return the saga that new runs of this kind start with. Raise KeyError for an unknown kind."""
        return self.sagas[kind, max((version for saga_kind, version in self.sagas if saga_kind == kind), default=0)]

    def kinds_aborted_by(self, signal: str) -> frozenset[str]:
        """Return the kinds of sagas that this signal makes compensate."""
        return frozenset(
            saga.kind
            for saga in self.sagas.values()
            if any(isinstance(step, Wait) and signal in step.abort_signals for step in saga.steps)
        )
