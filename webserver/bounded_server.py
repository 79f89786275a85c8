"""aiohttp's web server under the keeper of connections, with limits for what one connection may make it hold."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from domain.settings.timeouts import Timeout
from webserver.connection_keeper import (
    ConnectionKeeper,
    listening,
    note_answer,
    note_refusal,
    note_request,
)
from webserver.http_refusals import HttpRefusal, new_server_logger, refuse_request

DRAIN_TIMEOUT_SECONDS = Timeout.HTTP_DRAIN.seconds
# What aiohttp holds for one connection. Nothing that Telegram, Stripe or a proxy sends comes near these limits.
CONNECTION_OPTIONS: Mapping[str, Any] = MappingProxyType(
    {
        "max_line_size": 4096,
        "max_field_size": 4096,
        "max_headers": 64,
        "read_bufsize": 16 * 1024,  # bytes of a body that nobody reads; twice as many stop the reading
        "lingering_time": 1.0,  # seconds after the answer to a body that was not read, so that the answer arrives
        "auto_decompress": False,  # a small body must not become a large one
    }
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def new_connection_middleware(keeper: ConnectionKeeper) -> Middleware:
    """Return the middleware that tells the keeper when a request begins and when it was answered.

    Who asks for a path or a method that there is not is refused before any body is read.
    """

    @web.middleware
    async def handle(request: web.Request, handler: Handler) -> web.StreamResponse:
        transport = request.transport
        note_request(keeper, transport)
        try:
            response = await handler(request)
        except web.HTTPException as error:
            response = refuse_request(keeper.counts, HttpRefusal.ROUTE_UNKNOWN)
            response.set_status(error.status)
        if response.keep_alive is not False:
            note_answer(keeper, transport)
        elif not request.content.is_eof():
            note_refusal(keeper, transport)
        return response

    return handle


@asynccontextmanager
async def serve_application(app: web.Application, keeper: ConnectionKeeper, host: str, port: int) -> AsyncIterator[int]:
    """Serve inside a `with` block, and yield the port; leaving it finishes the requests in flight."""
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=new_server_logger(keeper.counts),
        shutdown_timeout=DRAIN_TIMEOUT_SECONDS,
        **CONNECTION_OPTIONS,
    )
    await runner.setup()
    try:
        if runner.server is None:
            raise RuntimeError("aiohttp has no server after its setup")
        async with listening(keeper, runner.server, host, port) as bound:
            yield bound
    finally:
        await runner.cleanup()
