"""The points at which a process is killed, and what must be known of a transaction to be exactly there."""

from dataclasses import dataclass
from enum import StrEnum


class Point(StrEnum):
    """Where the process is when it dies; the words stand in the table."""

    BEFORE_CALL = "before the call"  # frozen and committed, and the process never hears of that commit
    SENT = "sent"  # Stripe has the request and has done nothing about it
    LATE = "sent, done late"  # Stripe does it long after the process is dead, while a new one asks again
    ACTED = "sent and done"  # Stripe has done it; its answer is not heard
    ANSWERED = "answered"  # the answer was heard; the first statement about it is kept back
    RESTING = "at rest"  # nothing is under way, and what was waited for happens while the process is dead
    BEFORE = "before"  # a local step's transaction is about to be written to
    COMMIT_HELD = "commit held"  # COMMIT was sent, and does not reach Postgres
    COMMIT_UNHEARD = "commit unheard"  # committed, and the process never hears of it
    COMMITTED = "committed"  # the process has just heard of it


class Way(StrEnum):
    """How a step does its work, which decides what points it has."""

    CALL = "call"  # a call that changes something at Stripe
    LOOK = "look"  # a call that changes nothing
    POLL = "poll"  # a wait that looks by itself
    AFTER = "after"  # local, in the commit that records a call
    START = "start"  # local, in the commit that starts the saga


IN_COMMIT = (Point.COMMIT_HELD, Point.COMMIT_UNHEARD, Point.COMMITTED)
POINTS: dict[Way, tuple[Point, ...]] = {
    Way.CALL: (Point.BEFORE_CALL, Point.SENT, Point.LATE, Point.ACTED, Point.ANSWERED, *IN_COMMIT),
    Way.LOOK: (Point.BEFORE_CALL, Point.SENT, Point.ANSWERED, *IN_COMMIT),
    Way.POLL: (Point.RESTING, Point.SENT, Point.ANSWERED, *IN_COMMIT),
    Way.AFTER: (Point.BEFORE, *IN_COMMIT),
    Way.START: (Point.BEFORE, *IN_COMMIT),
}
HAPPENED = frozenset({Point.COMMIT_UNHEARD, Point.COMMITTED})  # the step is done and written down


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """What a watch waits for: first, where named, the freezing of a call, then the moment itself."""

    way: Way
    point: Point
    call: str | None  # whose freezing comes first; None for polls and starts

    @property
    def looks(self) -> bool:
        """Whether the call only looks: it has no key then, and is known by its path."""
        return self.way in (Way.LOOK, Way.POLL)

    @property
    def at_stripe(self) -> bool:
        """Whether Stripe keeps the call or its answer back, rather than the proxy a statement or a commit."""
        return self.point in (Point.SENT, Point.LATE, Point.ACTED)

    @property
    def at_freezing(self) -> bool:
        """Whether the freezing itself is the moment."""
        return self.point is Point.BEFORE_CALL or (self.at_stripe and self.call is not None)

    @property
    def at_statement(self) -> bool:
        """Whether a statement is kept back, rather than a COMMIT or its answer."""
        return self.point in (Point.ANSWERED, Point.BEFORE)

    @property
    def answer(self) -> bool:
        """Whether the answer to a COMMIT is kept back."""
        return self.point in (Point.BEFORE_CALL, Point.COMMIT_UNHEARD, Point.COMMITTED)
