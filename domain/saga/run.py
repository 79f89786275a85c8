"""A saga run: what its steps may read and change before it is written to the saga row."""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from domain.saga.definition import NoData, Saga, SagaStatus
from domain.saga.next_move import Progress
from domain.saga.refusals import StripeRefusal

D = TypeVar("D")


def find_step_name(definition: Saga | None, position: int) -> str:
    """Return the name of a step; "-" where there is none, or this release does not know the saga."""
    return definition.steps[position].name if definition is not None and 0 <= position < len(definition.steps) else "-"


@dataclass(slots=True, kw_only=True)
class EngineData:
    """What the engine keeps beside the data of the saga. Times are the database's, in epoch seconds."""

    signals: list[str] = field(default_factory=list)  # recorded by steps: the result of a call is what a wait waits for
    outcome_unknown_at: float | None = None  # the last call with an unknown outcome
    failed_at: float | None = None  # the last call that Stripe answered with a failure, which may still be done
    stripe_refusal: StripeRefusal | None = None  # the last one
    unknown_since: float | None = None  # a worker found a saga that only a newer release knows


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedCall:
    """The external call of a run, written to its row before it is sent. Times are the database's, in epoch seconds."""

    name: str
    key: str  # of the first attempt; metadata has it, and the object is found by it
    params: dict[str, Any]  # frozen: whoever sends the call again sends these
    first_sent_at: float
    unknown_outcomes: int  # how many times it was sent and the outcome is unknown
    outcome_unknown_at: float = 0  # the last of these
    failed: int = 0  # how many of these Stripe answered with a failure, which it keeps under the key
    last: str | None = None  # the reason of the last of these
    rekeyed: int = 0  # how many times it got another key
    keyed_at: float | None = None  # when it got the present one


@dataclass(frozen=True, slots=True, kw_only=True)
class SagaStart:
    """A saga to start. Its `name` is unique, so that it can start only once."""

    kind: str
    name: str
    campus_id: int
    order_id: int | None = None
    person_id: int | None = None
    data: object = field(default_factory=NoData)  # of the dataclass that the saga declares
    optional: bool = False  # its refusal is told to the person and does not stop the saga that requested it


@dataclass(slots=True, kw_only=True)
class SagaRun:
    """One saga run. Steps change `data`, may set the order, and may request other sagas in `requested_sagas`."""

    id: UUID
    number: int
    name: str
    kind: str
    version: int
    definition: Saga | None  # None for a saga that this release does not know
    campus_id: int
    order_id: int | None
    person_id: int | None
    progress: Progress
    data: object
    engine: EngineData
    call: PreparedCall | None
    attempt: int
    tries: int
    fence: int
    failing_since: datetime | None
    alerted: bool
    worker: str | None = None  # that has the lease
    requested_sagas: list[SagaStart] = field(default_factory=list)
    written_status: SagaStatus | None = None  # on its row, since this run was read

    @property
    def saga(self) -> Saga:
        """The saga this run follows, in the version it started on. Raise LookupError for an unknown one."""
        if self.definition is None:
            raise LookupError(f"this release does not know version {self.version} of the saga {self.kind}")
        return self.definition

    @property
    def current_step_name(self) -> str:
        """The name of the step at its position; "-" as in find_step_name."""
        return find_step_name(self.definition, self.progress.position)

    @property
    def required_order_id(self) -> int:
        """The order this run is about. Raise LookupError when it has none: its steps must not ask."""
        if self.order_id is None:
            raise LookupError(f"saga {self.name} has no order")
        return self.order_id

    @property
    def required_person_id(self) -> int:
        """The person this run is for. Raise LookupError when it has none."""
        if self.person_id is None:
            raise LookupError(f"saga {self.name} has no person")
        return self.person_id

    @property
    def reason(self) -> str | None:
        """Why it compensates or is stuck, if it does."""
        return self.progress.reason

    def data_as(self, kind: type[D]) -> D:
        """Return the data of this run. Raise LookupError when its saga has no such data: the step is not for it."""
        if isinstance(self.data, kind):
            return self.data
        raise LookupError(f"saga {self.name} has no {kind.__name__}")

    def copy(self) -> "SagaRun":
        """Return a copy for one transaction, so that this run is unchanged when the transaction rolls back."""
        return replace(
            self, data=deepcopy(self.data), engine=deepcopy(self.engine), requested_sagas=list(self.requested_sagas)
        )

    @property
    def is_compensating(self) -> bool:
        return self.progress.status is SagaStatus.COMPENSATING
