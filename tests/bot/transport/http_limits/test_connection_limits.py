"""Tests of the phases of a connection: each has an end, and whoever stays too long leaves for a newcomer."""

import pytest

from webserver.connection_limits import (
    TIMEOUT_REASONS,
    ConnectionLimits,
    ConnectionPhase,
    ConnectionState,
    begin_request,
    enter_phase,
    find_evicted,
    is_overdue,
    open_connection,
    receive_bytes,
)

LIMITS = ConnectionLimits()


def receive_all(*parts: bytes, start: float = 0.0, interval: float = 1.0) -> ConnectionState:
    """The state after these parts came, one each `interval` seconds."""
    state = open_connection(start)
    for number, part in enumerate(parts):
        state = receive_bytes(state, part, start + number * interval)
    return state


@pytest.mark.parametrize("phase", ConnectionPhase)
def test_no_phase_is_without_end_and_each_end_has_a_reason(phase: ConnectionPhase) -> None:
    state = enter_phase(phase, 100.0)
    assert not is_overdue(state, LIMITS, 100.0)
    assert is_overdue(state, LIMITS, 100.0 + LIMITS.seconds_for(phase))
    assert TIMEOUT_REASONS[phase]


def test_a_header_has_five_seconds_from_the_connection_however_many_bytes_come() -> None:
    state = receive_all(*(b"x" for _ in range(5)))
    assert state.phase is ConnectionPhase.HEADER
    assert is_overdue(state, LIMITS, 5.0)


def test_the_next_header_has_five_seconds_from_its_first_byte() -> None:
    state = receive_bytes(enter_phase(ConnectionPhase.IDLE, 0.0), b"P", 20.0)
    assert not is_overdue(state, LIMITS, 24.9)
    assert is_overdue(receive_bytes(state, b"O", 24.9), LIMITS, 25.0)


@pytest.mark.parametrize("cut", range(1, 20))
def test_the_end_of_a_header_is_seen_wherever_it_is_cut_in_two(cut: int) -> None:
    header = b"GET / HTTP/1.1\r\n\r\n"
    state = receive_all(header[:cut], header[cut:] or b"body")
    assert state.phase is ConnectionPhase.UNPROVEN


def test_a_header_that_comes_byte_by_byte_is_seen_to_end() -> None:
    assert receive_all(*(bytes([each]) for each in b"GET / HTTP/1.1\r\n\r\n")).phase is ConnectionPhase.UNPROVEN


def test_a_header_without_end_is_overdue_by_its_length() -> None:
    state = receive_all(*(b"x" * 4096 for _ in range(4)), interval=0.0)
    assert not is_overdue(state, LIMITS, 0.0)
    assert is_overdue(receive_bytes(state, b"x", 0.0), LIMITS, 0.0)


def test_bytes_of_a_body_change_nothing() -> None:
    for phase in (ConnectionPhase.UNPROVEN, ConnectionPhase.GENUINE, ConnectionPhase.CLOSING):
        assert receive_bytes(enter_phase(phase, 1.0), b"body", 2.0) == enter_phase(phase, 1.0)


def test_a_request_counts_from_the_end_of_its_header_and_revives_no_closed_connection() -> None:
    assert begin_request(enter_phase(ConnectionPhase.UNPROVEN, 1.0), 2.0).since == 1.0
    assert begin_request(enter_phase(ConnectionPhase.IDLE, 1.0), 2.0) == enter_phase(ConnectionPhase.UNPROVEN, 2.0)
    assert begin_request(enter_phase(ConnectionPhase.CLOSING, 1.0), 2.0).phase is ConnectionPhase.CLOSING


def test_who_has_been_in_a_phase_for_the_longest_time_leaves_first() -> None:
    idle, header, new = ConnectionPhase.IDLE, ConnectionPhase.HEADER, ConnectionPhase.NEW
    phases = (ConnectionPhase.GENUINE, idle, header, ConnectionPhase.UNPROVEN, new, ConnectionPhase.CLOSING)
    states = {phase: enter_phase(phase, float(number)) for number, phase in enumerate(phases)}
    left = []
    while (found := find_evicted(states)) is not None:
        left.append(found)
        del states[found]
    assert left == [ConnectionPhase.CLOSING, idle, header, ConnectionPhase.UNPROVEN, new]


def test_a_crowd_with_whole_headers_leaves_a_newcomer_time_for_its_own() -> None:
    states = {number: enter_phase(ConnectionPhase.UNPROVEN, float(number)) for number in range(511)}
    states[511] = open_connection(511.0)
    assert find_evicted(states) == 0


def test_who_was_found_genuine_never_leaves_for_a_newcomer() -> None:
    assert find_evicted({1: enter_phase(ConnectionPhase.GENUINE, 0.0)}) is None
