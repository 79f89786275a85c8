"""Sagas as data: their statuses and their steps."""

from dataclasses import dataclass
from enum import StrEnum

from domain.settings.timeouts import Timeout

POLL_INTERVAL = Timeout.STRIPE_POLL.delta


ALERT_DELAY = Timeout.SAGA_ALERT.delta


class SagaStatus(StrEnum):
    RUNNING = "running"  # forward
    COMPENSATING = "compensating"  # undoing, in reverse
    DONE = "done"
    COMPENSATED = "compensated"
    STUCK = "stuck"  # waits for an admin; `error` says why
    RESOLVED = "resolved"  # an admin settled it elsewhere and gave a reason; no further step was run or undone


FINAL_STATUSES = frozenset({SagaStatus.DONE, SagaStatus.COMPENSATED, SagaStatus.RESOLVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalStep:
    """A step that changes Postgres only. It commits together with the progress of the saga."""

    name: str
    compensation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalStep:
    """A call to Stripe with an idempotency key and prepared parameters: a second call has no second effect.

    `window` names the campus window after which a call that never got through compensates the saga. Without one
    the call is tried for ever.
    """

    name: str
    compensation: str | None = None
    compensation_is_external: bool = True  # whether the compensation is a call too
    window: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A pause until `signal`.

    After `window` the saga compensates with the reason `timeout_reason`; after an abort signal it does so at once.
    """

    signal: str
    window: str
    timeout_reason: str
    abort_signals: frozenset[str] = frozenset()
    poll: str | None = None  # the lookup at Stripe that replaces a missing signal

    @property
    def name(self) -> str:
        return f"wait_{self.signal}"


@dataclass(frozen=True, slots=True)
class Pivot:
    """The point of no return: after it a refusal makes the saga stuck, and never compensates it."""

    @property
    def name(self) -> str:
        return "pivot"


@dataclass(slots=True, kw_only=True)
class NoData:
    """The data of a saga that needs none beside its order and its person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saga:
    """One business process: its steps in order, and a version, because stored runs keep the steps they started with."""

    kind: str
    steps: tuple[LocalStep | ExternalStep | Wait | Pivot, ...]
    data: type = NoData  # the dataclass of what its runs keep
    version: int = 1

    def has_step(self, name: str) -> bool:
        """Return whether a step has this name."""
        return any(step.name == name for step in self.steps)

    @property
    def pivot_index(self) -> int:
        """The index of the pivot; the number of steps when there is none."""
        return next((index for index, step in enumerate(self.steps) if isinstance(step, Pivot)), len(self.steps))
