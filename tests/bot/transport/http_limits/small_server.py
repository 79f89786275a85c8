"""A second web server over the running bot's inbox, with limits as small as a test wants, and raw connections to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.transport.metrics import BotMetrics, new_metrics
from bot.transport.webhook_server import WebhookContext, new_web_application
from sandbox.launch.ports import free_port
from tests.stack.bot_stack import ANSWER_TIMEOUT_SECONDS, SECRET, STRIPE_SECRET, BotStack, Json
from webserver.bounded_server import serve_application
from webserver.connection_keeper import ConnectionKeeper
from webserver.connection_limits import ConnectionLimits

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallServer:
    """The server, its port and what it counts."""

    port: int
    context: WebhookContext
    metrics: BotMetrics

    def refused(self, reason: str) -> float:
        """How many requests were refused for this reason."""
        return self._count("campusg_bot_http_requests_refused_total", reason)

    def closed(self, reason: str) -> float:
        """How many connections were closed for this reason."""
        return self._count("campusg_bot_http_connections_closed_total", reason)

    def _count(self, name: str, reason: str) -> float:
        return self.metrics.registry.get_sample_value(name, {"reason": reason}) or 0.0


@asynccontextmanager
async def small_server(
    stack: BotStack, *, limits: ConnectionLimits | None = None, **context_fields: Json
) -> AsyncIterator[SmallServer]:
    """Serve with these limits; `context_fields` change the context of the webhooks."""
    assert stack.running_bot is not None
    metrics, port = new_metrics(), free_port()
    context = WebhookContext(
        inbox=replace(stack.running_bot.inbox, metrics=metrics),
        campuses=stack.running_bot.bot_registry.by_name,
        telegram_secret=SECRET,
        stripe_secrets=(STRIPE_SECRET,),
        is_live=False,
        is_serving=lambda: True,
        describe_campuses=dict,
        connections=ConnectionKeeper(counts=metrics.http, limits=limits or ConnectionLimits()),
    )
    context = replace(context, **context_fields)
    async with serve_application(new_web_application(context), context.connections, "127.0.0.1", port):
        yield SmallServer(port=port, context=context, metrics=metrics)


@asynccontextmanager
async def connected(server: SmallServer) -> AsyncIterator[Connection]:
    """A connection that nothing was sent on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def send(connection: Connection, *parts: bytes) -> None:
    """Send these bytes, unless the server has closed the connection."""
    for part in parts:
        connection[1].write(part)
        await connection[1].drain()


async def read_answer(connection: Connection) -> str:
    """The header of one answer. Raise TimeoutError when none comes."""
    async with asyncio.timeout(ANSWER_TIMEOUT_SECONDS):
        return (await connection[0].readuntil(b"\r\n\r\n")).decode()


async def read_to_end(connection: Connection) -> bytes:
    """What the server says until it closes the connection. Raise TimeoutError when it leaves it open."""
    said = b""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_SECONDS):
            while part := await connection[0].read(4096):
                said += part
    except ConnectionError:
        pass  # it was cut
    return said


def post_header(path: str, length: int, **headers: str) -> bytes:
    """The header of a POST; `_` in a name stands for `-`."""
    named = {"Host": "test", "Content-Length": str(length)} | {k.replace("_", "-"): v for k, v in headers.items()}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
