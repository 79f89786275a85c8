"""A saga while it runs: what its steps may read and change, as it will be written to the saga row."""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.saga import Progress, Saga, SagaStatus
from domain.sagas import SAGAS


def find_step_name(kind: str, version: int, position: int) -> str:
    """As Run.step."""
    process = SAGAS.get((kind, version))
    return process.steps[position].name if process is not None and 0 <= position < len(process.steps) else "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class SagaStart:
    """A saga to start: `name` says what for, and makes starting twice starting once."""

    kind: str
    name: str
    campus_id: int
    order_id: int | None = None
    person_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    optional: bool = False  # a refusal of its first step is told to the person, and harms nobody else


@dataclass(slots=True, kw_only=True)
class SagaRun:
    """One run of a saga. Steps change `data`, may name the order, and may ask for other sagas in `starts`."""

    id: UUID
    number: int
    name: str
    kind: str
    version: int
    campus_id: int
    order_id: int | None
    person_id: int | None
    progress: Progress
    data: dict[str, Any]
    call: dict[str, Any] | None
    attempt: int
    tries: int
    fence: int
    failing_since: datetime | None
    alerted: bool
    requested_sagas: list[SagaStart] = field(default_factory=list)

    @property
    def saga(self) -> Saga:
        """The process this run follows, in the version it started on."""
        return SAGAS[self.kind, self.version]

    @property
    def current_step_name(self) -> str:
        """The name of the part it stands at; "-" where there is none, or this release does not know the process."""
        return find_step_name(self.kind, self.version, self.progress.position)

    @property
    def required_order_id(self) -> int:
        """The order this run is about; a run without one has no step that asks."""
        if self.order_id is None:
            raise LookupError(f"saga {self.name} has no order")
        return self.order_id

    @property
    def required_person_id(self) -> int:
        """The person this run is for."""
        if self.person_id is None:
            raise LookupError(f"saga {self.name} has no person")
        return self.person_id

    @property
    def reason(self) -> str | None:
        """Why it turned back, if it did."""
        return self.progress.reason

    def copy(self) -> "SagaRun":
        """A run to try a transaction on: when that rolls back, this one is as it was."""
        return replace(self, data=deepcopy(self.data), requested_sagas=list(self.requested_sagas))

    @property
    def is_compensating(self) -> bool:
        """Whether it is undoing."""
        return self.progress.status is SagaStatus.COMPENSATING
