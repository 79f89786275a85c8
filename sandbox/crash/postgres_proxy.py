"""A TCP proxy before Postgres that reads all messages, and can hold a statement, a COMMIT or the answer to one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto

from sandbox.crash.observed_transaction import ObservedStatement, ObservedTransaction
from sandbox.crash.postgres_protocol import (
    CANCEL_REQUEST,
    COMMAND_COMPLETE,
    GSS_REQUEST,
    SSL_REQUEST,
    WireMessage,
    message_text,
    parse_bound_values,
    parse_prepared_statement,
    read_wire_message,
    startup_code,
)
from sandbox.launch.ports import LOOPBACK

NO_ENCRYPTION = b"N"


class InterceptPoint(Enum):
    """The point at which the proxy asks whether to hold a message."""

    STATEMENT = auto()  # the newest statement of the transaction is about to be sent on
    COMMIT = auto()  # the COMMIT is about to be sent on


@dataclass(slots=True, kw_only=True)
class HeldMessage:
    """A message that the proxy holds: a client's message, or (`is_commit_answer`) Postgres' answer to a COMMIT.

    `reached` is set when the proxy has the message. Then the caller releases it, or drops it with its connection.
    """

    is_commit_answer: bool = False
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    _is_released: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def release(self) -> None:
        """Send the message on. Only the first decision counts."""
        self._decide(is_released=True)

    def drop(self) -> None:
        """Never send it on. Both connections end."""
        self._decide(is_released=False)

    def _decide(self, *, is_released: bool) -> None:
        if not self._is_released.done():
            self._is_released.set_result(is_released)

    async def wait_for_decision(self) -> bool:
        """Set `reached`, and return whether the message is released."""
        self.reached.set()
        return await self._is_released


FindHold = Callable[[InterceptPoint, ObservedTransaction], Awaitable[HeldMessage | None]]


async def hold_nothing(_intercept_point: InterceptPoint, _transaction: ObservedTransaction) -> HeldMessage | None:
    """Hold no message."""
    return None


@dataclass(slots=True, kw_only=True)
class ProxySession:
    """What one connection has prepared, and its open transaction."""

    statements: dict[bytes, str] = field(default_factory=dict)
    transaction: ObservedTransaction | None = None
    held_answer: HeldMessage | None = None


@dataclass(slots=True, kw_only=True)
class PostgresProxy:
    """Listens at `port` and relays to the Postgres at `target`. `find_hold` decides which messages are held."""

    target: tuple[str, int]
    port: int
    find_hold: FindHold = hold_nothing
    _connections: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = field(default_factory=dict)

    async def serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client to the end of its connection."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is served by a task of its own")
        self._connections[task] = [writer]
        try:
            first = await _read_startup(reader, writer)
            if first is None:
                return
            server_reader, server_writer = await asyncio.open_connection(*self.target)
            self._connections[task].append(server_writer)
            try:
                server_writer.write(first.raw)
                await self._relay(ProxySession(), (reader, writer), (server_reader, server_writer))
            finally:
                server_writer.close()
        except ConnectionError:
            pass  # one side is gone; the other is closed below
        finally:
            writer.close()
            del self._connections[task]

    async def close_connections(self) -> None:
        """Abort all connections on both sides. Held messages are never sent on."""
        for writer in [each for writers in self._connections.values() for each in writers]:
            writer.transport.abort()
        if self._connections:
            await asyncio.wait(set(self._connections))

    async def _relay(
        self,
        session: ProxySession,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        relay_tasks = {
            asyncio.create_task(self._relay_to_server(session, client[0], server[1])),
            asyncio.create_task(self._relay_to_client(session, server[0], client[1])),
        }
        try:
            await asyncio.wait(relay_tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for relay_task in relay_tasks:
                relay_task.cancel()
            await asyncio.gather(*relay_tasks, return_exceptions=True)

    async def _relay_to_server(
        self, session: ProxySession, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while (message := await read_wire_message(reader)) is not None:
            held_message = await self._intercept(session, message)
            if held_message is not None and held_message.is_commit_answer:
                session.held_answer = held_message
            elif held_message is not None and not await held_message.wait_for_decision():
                return
            writer.write(message.raw)
            await writer.drain()

    async def _relay_to_client(
        self, session: ProxySession, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while (message := await read_wire_message(reader)) is not None:
            held_message = session.held_answer
            if held_message is not None and message.kind == COMMAND_COMPLETE and message_text(message) == "COMMIT":
                session.held_answer = None
                if not await held_message.wait_for_decision():
                    return
            writer.write(message.raw)
            await writer.drain()

    async def _intercept(self, session: ProxySession, message: WireMessage) -> HeldMessage | None:
        match message.kind:
            case b"P":
                name, sql = parse_prepared_statement(message)
                session.statements[name] = sql
            case b"B" if session.transaction is not None:
                name, values = parse_bound_values(message)
                session.transaction.statements.append(ObservedStatement(session.statements.get(name, ""), values))
                return await self.find_hold(InterceptPoint.STATEMENT, session.transaction)
            case b"Q":
                return await self._intercept_query(session, message_text(message).rstrip(";").upper())
        return None

    async def _intercept_query(self, session: ProxySession, query: str) -> HeldMessage | None:
        if query.startswith("BEGIN"):
            session.transaction = ObservedTransaction()
        elif query == "ROLLBACK":
            session.transaction = None
        elif query == "COMMIT" and session.transaction is not None:
            finished_transaction, session.transaction = session.transaction, None
            return await self.find_hold(InterceptPoint.COMMIT, finished_transaction)
        return None


async def _read_startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> WireMessage | None:
    """Read the client's first message for Postgres. Encryption is declined, because the proxy could not read it."""
    while (first := await read_wire_message(reader, typed=False)) is not None:
        match startup_code(first):
            case code if code in (SSL_REQUEST, GSS_REQUEST):
                writer.write(NO_ENCRYPTION)
                await writer.drain()
            case code if code == CANCEL_REQUEST:
                return None  # it would belong to another session, and our processes never need it
            case _:
                return first
    return None


@asynccontextmanager
async def running_proxy(proxy: PostgresProxy) -> AsyncIterator[PostgresProxy]:
    """Serve for the length of a block. Open connections are closed at its end."""
    server = await asyncio.start_server(proxy.serve_client, LOOPBACK, proxy.port)
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close_connections()
