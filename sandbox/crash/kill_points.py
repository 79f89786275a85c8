"""The points at which a process is killed, and what must be known of a transaction to be exactly there."""

from dataclasses import dataclass
from enum import StrEnum


class KillPoint(StrEnum):
    """Where the process is when it dies; the words stand in the table."""

    BEFORE_CALL = "before the call"  # frozen and committed, and the process never hears of that commit
    SENT = "sent"  # Stripe has the request and has done nothing about it
    EXECUTED_LATE = "sent, done late"  # Stripe does it long after the process is dead, while a new one asks again
    EXECUTED = "sent and done"  # Stripe has done it; its answer is not heard
    ANSWERED = "answered"  # the answer was heard; the first statement about it is kept back
    SAGA_WAITING = "at rest"  # nothing is under way, and what was waited for happens while the process is dead
    BEFORE_STATEMENT = "before"  # a local step's transaction is about to be written to
    COMMIT_HELD = "commit held"  # COMMIT was sent, and does not reach Postgres
    COMMIT_ACK_LOST = "commit ack lost"  # committed, and the process never hears of it
    COMMITTED = "committed"  # the process has just heard of it


class StepKind(StrEnum):
    """How a step does its work, which decides what points it has."""

    WRITE_CALL = "call"  # a call that changes something at Stripe
    READ_CALL = "read"  # a call that changes nothing
    POLL = "poll"  # a wait that looks by itself
    LOCAL_AFTER_CALL = "after"  # local, in the commit that records a call
    LOCAL_AT_START = "start"  # local, in the commit that starts the saga


COMMIT_POINTS = (KillPoint.COMMIT_HELD, KillPoint.COMMIT_ACK_LOST, KillPoint.COMMITTED)
POINTS_OF_STEP_KIND: dict[StepKind, tuple[KillPoint, ...]] = {
    StepKind.WRITE_CALL: (
        KillPoint.BEFORE_CALL,
        KillPoint.SENT,
        KillPoint.EXECUTED_LATE,
        KillPoint.EXECUTED,
        KillPoint.ANSWERED,
        *COMMIT_POINTS,
    ),
    StepKind.READ_CALL: (KillPoint.BEFORE_CALL, KillPoint.SENT, KillPoint.ANSWERED, *COMMIT_POINTS),
    StepKind.POLL: (KillPoint.SAGA_WAITING, KillPoint.SENT, KillPoint.ANSWERED, *COMMIT_POINTS),
    StepKind.LOCAL_AFTER_CALL: (KillPoint.BEFORE_STATEMENT, *COMMIT_POINTS),
    StepKind.LOCAL_AT_START: (KillPoint.BEFORE_STATEMENT, *COMMIT_POINTS),
}
POINTS_AFTER_COMMIT = frozenset({KillPoint.COMMIT_ACK_LOST, KillPoint.COMMITTED})  # the step is done and written down


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchTarget:
    """What a watch waits for: first, where named, the freezing of a call, then the moment itself."""

    step_kind: StepKind
    point: KillPoint
    prepared_call: str | None  # whose freezing comes first; None for polls and starts

    @property
    def is_read(self) -> bool:
        """Whether the call only looks: it has no key then, and is known by its path."""
        return self.step_kind in (StepKind.READ_CALL, StepKind.POLL)

    @property
    def is_held_at_stripe(self) -> bool:
        """Whether Stripe keeps the call or its answer back, rather than the proxy a statement or a commit."""
        return self.point in (KillPoint.SENT, KillPoint.EXECUTED_LATE, KillPoint.EXECUTED)

    @property
    def is_at_preparation(self) -> bool:
        """Whether the freezing itself is the moment."""
        return self.point is KillPoint.BEFORE_CALL or (self.is_held_at_stripe and self.prepared_call is not None)

    @property
    def holds_statement(self) -> bool:
        """Whether a statement is kept back, rather than a COMMIT or its answer."""
        return self.point in (KillPoint.ANSWERED, KillPoint.BEFORE_STATEMENT)

    @property
    def holds_commit_answer(self) -> bool:
        """Whether the answer to a COMMIT is kept back."""
        return self.point in (KillPoint.BEFORE_CALL, KillPoint.COMMIT_ACK_LOST, KillPoint.COMMITTED)
