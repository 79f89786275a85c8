"""What bounds the door: connections, headers and requests, smaller than those of the webhooks, as admins are few."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

from aiohttp import web

from domain.settings.timeouts import Timeout

MAX_OPEN = 200  # connections; the next one is closed at once
MAX_REQUESTS = 32  # at the same time
CONNECTION_OPTIONS: Mapping[str, Any] = MappingProxyType(
    {
        "max_line_size": 4096,
        "max_field_size": 8192,
        "max_headers": 64,
        "read_bufsize": 16 * 1024,
        "auto_decompress": False,
        "keepalive_timeout": Timeout.HTTP_IDLE.seconds,
    }
)


@asynccontextmanager
async def listen(runner: web.AppRunner, host: str, port: int) -> AsyncIterator[int]:
    """Listen inside a `with` block, and yield the port. Raise RuntimeError when the runner was not set up."""
    server = runner.server
    if server is None:
        raise RuntimeError("aiohttp has no server after its setup")

    def accept() -> asyncio.BaseProtocol:
        return server() if len(server.connections) < MAX_OPEN else _ClosedDoor()

    listening = await asyncio.get_running_loop().create_server(accept, host, port)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


class _ClosedDoor(asyncio.Protocol):
    """Closes a connection as soon as it is made."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()
