"""The points at which a process is killed, and what identifies each point in a transaction."""

from dataclasses import dataclass
from enum import StrEnum


class KillPoint(StrEnum):
    """Where the process is when it is killed. The values are printed in the table."""

    BEFORE_CALL = "before the call"  # the call is prepared and committed, and the process never learns of that commit
    SENT = "sent"  # Stripe has the request and has not executed it
    EXECUTED_LATE = "sent, done late"  # Stripe executes it long after the kill, while a new process asks again
    EXECUTED = "sent and done"  # Stripe has executed it; its answer does not arrive
    ANSWERED = "answered"  # the answer arrived; the first statement that records it is held
    SAGA_WAITING = "at rest"  # nothing is in flight, and what the saga waits for happens while the process is dead
    BEFORE_STATEMENT = "before"  # a statement of the local step's transaction is about to be sent
    COMMIT_HELD = "commit held"  # COMMIT was sent, and does not reach Postgres
    COMMIT_ACK_LOST = "commit ack lost"  # committed, and the process never learns of it
    COMMITTED = "committed"  # the process has just learned of the commit


class StepKind(StrEnum):
    """How a step does its work, which decides its kill points."""

    WRITE_CALL = "call"  # a call that changes something at Stripe
    READ_CALL = "read"  # a call that changes nothing
    POLL = "poll"  # a wait that reads from Stripe by itself
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
POINTS_AFTER_COMMIT = frozenset({KillPoint.COMMIT_ACK_LOST, KillPoint.COMMITTED})  # the step is done and recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchTarget:
    """What a watch waits for: first the preparation of a call, if one is named, then the point itself."""

    step_kind: StepKind
    point: KillPoint
    prepared_call: str | None  # the call prepared before the point; None for polls and starts

    @property
    def is_read(self) -> bool:
        """Whether the call only reads. It has no key then, and is identified by its path."""
        return self.step_kind in (StepKind.READ_CALL, StepKind.POLL)

    @property
    def is_held_at_stripe(self) -> bool:
        """Whether Stripe holds the call or its answer, rather than the proxy a statement or a commit."""
        return self.point in (KillPoint.SENT, KillPoint.EXECUTED_LATE, KillPoint.EXECUTED)

    @property
    def is_at_preparation(self) -> bool:
        """Whether the preparation of the call is the point."""
        return self.point is KillPoint.BEFORE_CALL or (self.is_held_at_stripe and self.prepared_call is not None)

    @property
    def holds_statement(self) -> bool:
        """Whether a statement is held, rather than a COMMIT or its answer."""
        return self.point in (KillPoint.ANSWERED, KillPoint.BEFORE_STATEMENT)

    @property
    def holds_commit_answer(self) -> bool:
        """Whether the answer to a COMMIT is held."""
        return self.point in (KillPoint.BEFORE_CALL, KillPoint.COMMIT_ACK_LOST, KillPoint.COMMITTED)
