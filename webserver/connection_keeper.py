"""The keeper of HTTP connections: it stands between a socket and aiohttp, and closes what `connection_limits` decides.

aiohttp has no deadline for a half-sent header or body. Every byte is passed on to its protocol unchanged.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import cast

from domain.settings.logs import get_refusal_logger
from domain.settings.timeouts import Timeout
from webserver.connection_limits import (
    TIMEOUT_REASONS,
    CloseReason,
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
from webserver.http_counts import HttpCounts

SWEEP_INTERVAL_SECONDS = Timeout.HTTP_SWEEP_INTERVAL.seconds
ACCEPT_BACKLOG = 512  # connections the kernel keeps for us
RECEIVE_BUFFER_BYTES = 32 * 1024  # of the kernel, for each connection; it bounds what one read brings as well
UNREMARKABLE_REASONS = (CloseReason.IDLE_TIMEOUT, CloseReason.CLOSING_TIMEOUT)  # these are counted, not logged
TIMEOUT_ANSWER = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

refusals = get_refusal_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionKeeper:
    """The open connections of the web server."""

    counts: HttpCounts
    limits: ConnectionLimits = field(default_factory=ConnectionLimits)
    states: dict[asyncio.BaseTransport, ConnectionState] = field(default_factory=dict)


class KeptConnection(asyncio.Protocol):
    """A connection under a keeper: it tells the keeper what comes, and passes everything on to aiohttp's protocol."""

    __slots__ = ("_handler", "_keeper", "_new_handler", "_transport")

    def __init__(self, keeper: ConnectionKeeper, new_handler: Callable[[], asyncio.Protocol]) -> None:
        """`new_handler` makes aiohttp's protocol, once the connection is let in."""
        self._keeper = keeper
        self._new_handler = new_handler
        self._handler: asyncio.Protocol | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the connection in, or cut it when all others have been found genuine."""
        self._transport = cast(asyncio.Transport, transport)
        if admit_connection(self._keeper, self._transport):
            self._handler = self._new_handler()
            self._handler.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Pass bytes on, unless they are not wanted."""
        if self._handler is None or self._transport is None:
            return
        if note_bytes(self._keeper, self._transport, data):
            self._handler.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass on that the other side sends nothing more."""
        return None if self._handler is None else self._handler.eof_received()

    def pause_writing(self) -> None:
        """Pass on that the other side does not read."""
        if self._handler is not None:
            self._handler.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that the other side reads again."""
        if self._handler is not None:
            self._handler.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self._transport is not None:
            self._keeper.states.pop(self._transport, None)
        if self._handler is not None:
            self._handler.connection_lost(exc)


def admit_connection(keeper: ConnectionKeeper, transport: asyncio.Transport) -> bool:
    """Remember a new connection; at the bound, close another one for it, or else this one. Return whether it is in."""
    if len(keeper.states) >= keeper.limits.max_connections:
        evicted = find_evicted(keeper.states)
        _cut(keeper, transport if evicted is None else evicted, CloseReason.TOO_MANY)
        if evicted is None:
            return False
    with suppress(OSError):  # the sender has left already
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    keeper.states[transport] = open_connection(time.monotonic())
    return True


def note_bytes(keeper: ConnectionKeeper, transport: asyncio.Transport, data: bytes) -> bool:
    """Note that bytes came. Return whether they are wanted: the rest of a refused body is not.

    A connection whose header is too long is cut.
    """
    state = keeper.states.get(transport)
    if state is None:
        return False
    if state.phase is ConnectionPhase.CLOSING:
        _stop_reading(transport)
        return False
    keeper.states[transport] = state = receive_bytes(state, data, time.monotonic())
    if state.header_bytes > keeper.limits.max_header_bytes:
        _cut(keeper, transport, CloseReason.HEADER_TOO_LONG)
        return False
    return True


def note_request(keeper: ConnectionKeeper, transport: asyncio.BaseTransport | None) -> None:
    """Note that a handler got a request of this connection."""
    if transport is not None and transport in keeper.states:
        keeper.states[transport] = begin_request(keeper.states[transport], time.monotonic())


def note_genuine(keeper: ConnectionKeeper, transport: asyncio.BaseTransport | None) -> None:
    """Note that the request has the right secret or signature."""
    _enter(keeper, transport, ConnectionPhase.GENUINE)


def note_answer(keeper: ConnectionKeeper, transport: asyncio.BaseTransport | None) -> None:
    """Note that a request was answered, and that the connection waits for another."""
    _enter(keeper, transport, ConnectionPhase.IDLE)


def note_refusal(keeper: ConnectionKeeper, transport: asyncio.BaseTransport | None) -> None:
    """Note that a request was refused before its body was there: nothing more of it is read until the answer is out.

    Reading and throwing away would cost more than reading. Closing at once would take the answer from the sender.
    """
    _enter(keeper, transport, ConnectionPhase.CLOSING)
    if transport is not None:
        _stop_reading(cast(asyncio.Transport, transport))


def _stop_reading(transport: asyncio.Transport) -> None:
    if not transport.is_closing():
        transport.pause_reading()


def _enter(keeper: ConnectionKeeper, transport: asyncio.BaseTransport | None, phase: ConnectionPhase) -> None:
    """Enter a phase; a connection that is being closed stays so."""
    if transport is None or transport not in keeper.states:
        return
    if keeper.states[transport].phase is not ConnectionPhase.CLOSING:
        keeper.states[transport] = enter_phase(phase, time.monotonic())


def close_overdue(keeper: ConnectionKeeper, now: float) -> None:
    """Close every connection that has been in its phase for too long; `now` is in seconds of the monotonic clock."""
    overdue = [each for each in keeper.states.items() if is_overdue(each[1], keeper.limits, now)]
    for transport, state in overdue:
        if state.phase is ConnectionPhase.HEADER:
            _answer_timeout(keeper, cast(asyncio.Transport, transport), now)
        else:
            _cut(keeper, transport, TIMEOUT_REASONS[state.phase])


def _answer_timeout(keeper: ConnectionKeeper, transport: asyncio.Transport, now: float) -> None:
    """Tell a slow sender why, and close; `closing_seconds` later the sweep cuts the connection if it is still there."""
    if transport.get_write_buffer_size() or transport.is_closing():
        return _cut(keeper, transport, CloseReason.HEADER_TIMEOUT)
    keeper.states[transport] = enter_phase(ConnectionPhase.CLOSING, now)
    _count_closed(keeper, CloseReason.HEADER_TIMEOUT)
    transport.write(TIMEOUT_ANSWER)
    return transport.close()


def _cut(keeper: ConnectionKeeper, transport: asyncio.BaseTransport, reason: CloseReason) -> None:
    keeper.states.pop(transport, None)
    _count_closed(keeper, reason)
    cast(asyncio.Transport, transport).abort()


def _count_closed(keeper: ConnectionKeeper, reason: CloseReason) -> None:
    keeper.counts.closed.labels(reason=reason).inc()
    if reason not in UNREMARKABLE_REASONS:
        refusals.warning("http_connection_closed", reason=reason)


async def keep_closing_overdue(keeper: ConnectionKeeper) -> None:
    """Close overdue connections for ever."""
    while True:
        await asyncio.sleep(SWEEP_INTERVAL_SECONDS)
        try:
            close_overdue(keeper, time.monotonic())
        except Exception as error:  # one connection must not keep all others open
            refusals.error("http_connections_not_closed", exc_info=error)


@asynccontextmanager
async def listening(
    keeper: ConnectionKeeper, new_handler: Callable[[], asyncio.Protocol], host: str, port: int
) -> AsyncIterator[int]:
    """Accept connections on `host` and `port` inside a `with` block, and yield the port (0 takes a free one).

    Open connections stay open at its end.
    """
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: KeptConnection(keeper, new_handler), host, port, backlog=ACCEPT_BACKLOG)
    sweep = asyncio.create_task(keep_closing_overdue(keeper))
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        sweep.cancel()
        await asyncio.gather(sweep, return_exceptions=True)
        server.close()
