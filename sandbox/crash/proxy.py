"""A TCP proxy before Postgres that reads along, and can keep back a statement, a COMMIT or the answer to one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto

from sandbox.crash.protocol import (
    CANCEL_REQUEST,
    COMMAND_COMPLETE,
    GSS_REQUEST,
    SSL_REQUEST,
    Wired,
    bound,
    opening_code,
    prepared,
    read_wired,
    words_of,
)
from sandbox.crash.transaction import Statement, Transaction
from sandbox.launch.ports import LOOPBACK

NO_ENCRYPTION = b"N"


class Moment(Enum):
    """When the proxy asks what to do."""

    STATEMENT = auto()  # the last statement of the transaction is about to be sent on
    COMMIT = auto()  # the COMMIT is


@dataclass(slots=True, kw_only=True)
class Hold:
    """A message that is kept back: on its way to Postgres, or, with `answer`, the answer to the COMMIT on its way back.

    `reached` is set when the message is in our hands; then somebody lets it go on or drops it with its connection.
    """

    answer: bool = False
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    _goes_on: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def let_go(self) -> None:
        """Send the message on; once decided, nothing changes."""
        self._decide(goes_on=True)

    def drop(self) -> None:
        """Never send it on; both connections end."""
        self._decide(goes_on=False)

    def _decide(self, *, goes_on: bool) -> None:
        if not self._goes_on.done():
            self._goes_on.set_result(goes_on)

    async def passed(self) -> bool:
        """Say that the message is here, and wait for what becomes of it."""
        self.reached.set()
        return await self._goes_on


Ask = Callable[[Moment, Transaction], Awaitable[Hold | None]]


async def never(_moment: Moment, _transaction: Transaction) -> Hold | None:
    """Nothing is kept back."""
    return None


@dataclass(slots=True, kw_only=True)
class Session:
    """What one connection has prepared and is about to do."""

    statements: dict[bytes, str] = field(default_factory=dict)
    transaction: Transaction | None = None
    withheld: Hold | None = None


@dataclass(slots=True, kw_only=True)
class Proxy:
    """Listens at `port`, speaks to the Postgres at `target`; `ask` decides about each message that matters."""

    target: tuple[str, int]
    port: int
    ask: Ask = never
    _open: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = field(default_factory=dict)

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client to the end of its connection."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is served by a task of its own")
        self._open[task] = [writer]
        try:
            first = await _admit(reader, writer)
            if first is None:
                return
            server_reader, server_writer = await asyncio.open_connection(*self.target)
            self._open[task].append(server_writer)
            try:
                server_writer.write(first.raw)
                await self._relay(Session(), (reader, writer), (server_reader, server_writer))
            finally:
                server_writer.close()
        except ConnectionError:
            pass  # one side is gone; the other is closed below
        finally:
            writer.close()
            del self._open[task]

    async def hang_up(self) -> None:
        """End all connections there are, on both sides; what is kept back is never sent on."""
        for writer in [each for both in self._open.values() for each in both]:
            writer.transport.abort()
        if self._open:
            await asyncio.wait(set(self._open))

    async def _relay(
        self,
        session: Session,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        ways = {
            asyncio.create_task(self._there(session, client[0], server[1])),
            asyncio.create_task(self._back(session, server[0], client[1])),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _there(self, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (message := await read_wired(reader)) is not None:
            hold = await self._look(session, message)
            if hold is not None and hold.answer:
                session.withheld = hold
            elif hold is not None and not await hold.passed():
                return
            writer.write(message.raw)
            await writer.drain()

    async def _back(self, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (message := await read_wired(reader)) is not None:
            hold = session.withheld
            if hold is not None and message.kind == COMMAND_COMPLETE and words_of(message) == "COMMIT":
                session.withheld = None
                if not await hold.passed():
                    return
            writer.write(message.raw)
            await writer.drain()

    async def _look(self, session: Session, message: Wired) -> Hold | None:
        match message.kind:
            case b"P":
                name, sql = prepared(message)
                session.statements[name] = sql
            case b"B" if session.transaction is not None:
                name, values = bound(message)
                session.transaction.statements.append(Statement(session.statements.get(name, ""), values))
                return await self.ask(Moment.STATEMENT, session.transaction)
            case b"Q":
                return await self._look_at_query(session, words_of(message).rstrip(";").upper())
        return None

    async def _look_at_query(self, session: Session, query: str) -> Hold | None:
        if query.startswith("BEGIN"):
            session.transaction = Transaction()
        elif query == "ROLLBACK":
            session.transaction = None
        elif query == "COMMIT" and session.transaction is not None:
            over, session.transaction = session.transaction, None
            return await self.ask(Moment.COMMIT, over)
        return None


async def _admit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Wired | None:
    """The client's first message that Postgres shall see; encryption would blind us and is declined."""
    while (first := await read_wired(reader, typed=False)) is not None:
        match opening_code(first):
            case code if code in (SSL_REQUEST, GSS_REQUEST):
                writer.write(NO_ENCRYPTION)
                await writer.drain()
            case code if code == CANCEL_REQUEST:
                return None  # it would have to be sent to another session; none of ours needs it
            case _:
                return first
    return None


@asynccontextmanager
async def proxying(proxy: Proxy) -> AsyncIterator[Proxy]:
    """Serve for the length of a block; what is open at its end is closed."""
    server = await asyncio.start_server(proxy.meet, LOOPBACK, proxy.port)
    try:
        yield proxy
    finally:
        server.close()
        await proxy.hang_up()
