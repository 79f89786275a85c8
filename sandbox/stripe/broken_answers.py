"""Faults of answers: delayed, truncated, replaced or lost on the way to the caller."""

import asyncio
import contextlib
import socket
import struct

from aiohttp import web

from sandbox.stripe.stripe_faults import FaultKind, StripeFault

ANSWER_BREAKING_KINDS = frozenset({FaultKind.LOST_ANSWER, FaultKind.TRUNCATE, FaultKind.HTML_200, FaultKind.RESET})
PROXY_PAGE = "<html><head><title>Welcome</title></head><body><h1>Please sign in to the network</h1></body></html>"


POLL_INTERVAL_SECONDS = 0.05  # seconds between two checks whether the caller still waits


async def delay_for_fault(request: web.Request, stopping: asyncio.Event, fault: StripeFault) -> None:
    """Wait for the fault's seconds. Return early when the fault is cleared, the caller left or the sandbox stops."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(fault.seconds):
            while not (stopping.is_set() or fault.called_off or (has_caller_left(request) and not fault.anyway)):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), POLL_INTERVAL_SECONDS)


def has_caller_left(request: web.Request) -> bool:
    """Whether the caller has closed the connection."""
    return request.transport is None or request.transport.is_closing()


async def break_answer(request: web.Request, response: web.Response, fault: StripeFault) -> web.StreamResponse:
    """Break the answer as the fault says. The returned response does not arrive when the connection is closed here."""
    if fault.kind is FaultKind.HTML_200:
        return web.Response(text=PROXY_PAGE, content_type="text/html")
    transport = request.transport
    if fault.kind is FaultKind.TRUNCATE:
        await _send_half(request, response)
    if transport is not None:
        if fault.kind is FaultKind.RESET:
            _reset(transport)
        else:
            transport.close()
    return response


async def _send_half(request: web.Request, response: web.Response) -> None:
    whole = (response.text or "").encode()
    cut = web.StreamResponse(status=response.status, headers={"Content-Type": "application/json"})
    cut.content_length = len(whole)
    await cut.prepare(request)
    await cut.write(whole[: len(whole) // 2])


def _reset(transport: asyncio.Transport) -> None:
    """Close the connection with a TCP reset instead of a FIN."""
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
