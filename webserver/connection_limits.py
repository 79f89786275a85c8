"""How long an HTTP connection may stay in each phase, and which one is closed when there are too many.

A state is a value, and `now` (seconds of a monotonic clock) is an argument: `connection_keeper.py` does what is decided
here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from domain.settings.timeouts import Timeout

HEADER_END = b"\r\n\r\n"


class ConnectionPhase(StrEnum):
    """What is known of who sends on a connection."""

    NEW = "new"  # nothing came yet
    HEADER = "header"  # a part of a header came
    UNPROVEN = "unproven"  # a whole header came; no secret and no signature was found right
    GENUINE = "genuine"  # a secret or a signature was right: the request is being handled
    IDLE = "idle"  # answered, and kept open for another request
    CLOSING = "closing"  # closed by us; the last bytes are on their way


class CloseReason(StrEnum):
    """Why the keeper closes a connection; a label of the metric and a field of the log line."""

    TOO_MANY = "too_many"
    HEADER_TOO_LONG = "header_too_long"
    HEADER_TIMEOUT = "header_timeout"
    REQUEST_TIMEOUT = "request_timeout"
    HANDLING_TIMEOUT = "handling_timeout"
    IDLE_TIMEOUT = "idle_timeout"
    CLOSING_TIMEOUT = "closing_timeout"


TIMEOUT_REASONS: Mapping[ConnectionPhase, CloseReason] = MappingProxyType(
    {
        ConnectionPhase.NEW: CloseReason.HEADER_TIMEOUT,
        ConnectionPhase.HEADER: CloseReason.HEADER_TIMEOUT,
        ConnectionPhase.UNPROVEN: CloseReason.REQUEST_TIMEOUT,
        ConnectionPhase.GENUINE: CloseReason.HANDLING_TIMEOUT,
        ConnectionPhase.IDLE: CloseReason.IDLE_TIMEOUT,
        ConnectionPhase.CLOSING: CloseReason.CLOSING_TIMEOUT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Seconds for each phase, and how many connections and bytes of a header there may be."""

    header_seconds: float = Timeout.HTTP_HEADER.seconds
    unproven_seconds: float = Timeout.HTTP_UNPROVEN.seconds
    genuine_seconds: float = Timeout.HTTP_GENUINE.seconds
    idle_seconds: float = Timeout.HTTP_IDLE.seconds
    closing_seconds: float = Timeout.HTTP_CLOSING.seconds
    max_connections: int = 512  # of all phases; Telegram opens at most 40 for each campus
    max_header_bytes: int = 16 * 1024

    def seconds_for(self, phase: ConnectionPhase) -> float:
        """Return how long a connection may stay in this phase."""
        return {
            ConnectionPhase.NEW: self.header_seconds,
            ConnectionPhase.HEADER: self.header_seconds,
            ConnectionPhase.UNPROVEN: self.unproven_seconds,
            ConnectionPhase.GENUINE: self.genuine_seconds,
            ConnectionPhase.IDLE: self.idle_seconds,
            ConnectionPhase.CLOSING: self.closing_seconds,
        }[phase]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionState:
    """The phase of a connection, and since when."""

    phase: ConnectionPhase
    since: float
    header_bytes: int = 0  # received since the header began
    header_tail: bytes = b""  # the last of them: the end of a header may come in two parts


Key = TypeVar("Key")


def open_connection(now: float) -> ConnectionState:
    """Return the state of a connection that was accepted."""
    return ConnectionState(phase=ConnectionPhase.NEW, since=now)


def receive_bytes(state: ConnectionState, data: bytes, now: float) -> ConnectionState:
    """Return the state after bytes came: they begin or continue a header, or belong to a request in flight."""
    if state.phase not in (ConnectionPhase.NEW, ConnectionPhase.HEADER, ConnectionPhase.IDLE):
        return state
    began = now if state.phase is ConnectionPhase.IDLE else state.since
    seen = state.header_tail + data
    if HEADER_END in seen:
        return enter_phase(ConnectionPhase.UNPROVEN, now)
    return ConnectionState(
        phase=ConnectionPhase.HEADER,
        since=began,
        header_bytes=state.header_bytes + len(data),
        header_tail=seen[1 - len(HEADER_END) :],
    )


def enter_phase(phase: ConnectionPhase, now: float) -> ConnectionState:
    """Return the state of a connection that enters a phase now."""
    return ConnectionState(phase=phase, since=now)


def begin_request(state: ConnectionState, now: float) -> ConnectionState:
    """Return the state when a handler gets a request; the time since the end of its header counts."""
    if state.phase in (ConnectionPhase.UNPROVEN, ConnectionPhase.CLOSING):
        return state
    return enter_phase(ConnectionPhase.UNPROVEN, now)


def is_overdue(state: ConnectionState, limits: ConnectionLimits, now: float) -> bool:
    """Return whether the connection must be closed now."""
    return now - state.since >= limits.seconds_for(state.phase) or state.header_bytes > limits.max_header_bytes


def find_evicted(states: Mapping[Key, ConnectionState]) -> Key | None:
    """Return the connection to close for a newcomer, or None when all requests in flight are genuine.

    It is the one that has been in its phase for the longest time: who is honest leaves each phase within milliseconds.
    Phases have no rank, or a crowd in a better one would leave a newcomer no time to send its header.
    """
    others = [(key, state) for key, state in states.items() if state.phase is not ConnectionPhase.GENUINE]
    found = min(others, key=lambda each: (each[1].phase is not ConnectionPhase.CLOSING, each[1].since), default=None)
    return None if found is None else found[0]
