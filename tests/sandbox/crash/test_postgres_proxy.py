"""Tests of the proxy before Postgres: it changes nothing, and holds exactly what it is told to hold."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from sandbox.crash.observed_transaction import ObservedTransaction
from sandbox.crash.postgres_proxy import HeldMessage, InterceptPoint, PostgresProxy, running_proxy
from sandbox.launch.ports import LOOPBACK, free_port

INSERT = "INSERT INTO kept VALUES ($1)"


@dataclass(slots=True, kw_only=True)
class ProxySetup:
    """A database with one table, reached directly and through a proxy that holds the messages in `control`."""

    direct: asyncpg.Connection
    proxy: PostgresProxy
    through: asyncpg.Connection
    control: dict[InterceptPoint, HeldMessage] = field(default_factory=dict)
    seen: list[ObservedTransaction] = field(default_factory=list)

    async def ask(self, intercept_point: InterceptPoint, transaction: ObservedTransaction) -> HeldMessage | None:
        """Return the message to hold at this point."""
        self.seen.append(transaction)
        return self.control.get(intercept_point)

    async def write(self, number: int) -> None:
        """Insert a row in one transaction through the proxy."""
        async with self.through.transaction():
            await self.through.execute(INSERT, number)

    async def kept(self) -> list[int]:
        """Return the committed rows."""
        return [row["number"] for row in await self.direct.fetch("SELECT number FROM kept ORDER BY number")]


@pytest.fixture
async def setup(database_url: str) -> AsyncIterator[ProxySetup]:
    parts = urlsplit(database_url)
    assert parts.hostname and parts.port
    port = free_port()
    proxied_url = urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@{LOOPBACK}:{port}"))
    direct = await asyncpg.connect(database_url)
    await direct.execute("CREATE TABLE kept (number bigint)")
    found: list[ProxySetup] = []

    async def ask(intercept_point: InterceptPoint, transaction: ObservedTransaction) -> HeldMessage | None:
        return await found[0].ask(intercept_point, transaction) if found else None

    async with running_proxy(PostgresProxy(target=(parts.hostname, parts.port), port=port, find_hold=ask)) as proxy:
        through = await asyncpg.connect(proxied_url)
        found.append(ProxySetup(direct=direct, proxy=proxy, through=through))
        yield found[0]
        through.terminate()
    await direct.execute("DROP TABLE kept")  # so that the pool can reuse the database
    await direct.close()


async def test_nothing_changes_while_nothing_is_held(setup: ProxySetup) -> None:
    await setup.write(1)
    rows = await setup.through.fetch("SELECT repeat('x', 100000) AS long, $1::bigint AS number, NULL AS nothing", 7)
    assert (len(rows[0]["long"]), rows[0]["number"], rows[0]["nothing"]) == (100_000, 7, None)
    with pytest.raises(asyncpg.UndefinedTableError):
        await setup.through.fetch("SELECT * FROM nowhere")
    await setup.write(2)
    assert await setup.kept() == [1, 2]


async def test_a_transaction_is_read_with_its_values(setup: ProxySetup) -> None:
    await setup.write(50_123)
    assert setup.seen[-1].statements[0].sql == INSERT
    assert setup.seen[-1].integers == {50_123}


async def test_a_commit_that_is_held_and_dropped_never_happened(setup: ProxySetup) -> None:
    hold = setup.control[InterceptPoint.COMMIT] = HeldMessage()
    writing = asyncio.create_task(setup.write(1))
    await hold.reached.wait()
    assert await setup.kept() == []
    hold.drop()
    with pytest.raises(asyncpg.PostgresConnectionError):
        await writing
    assert await setup.kept() == []
    await setup.direct.execute("TRUNCATE kept")  # would wait for ever if Postgres had not ended the transaction


async def test_a_commit_whose_answer_is_held_has_happened(setup: ProxySetup) -> None:
    hold = setup.control[InterceptPoint.COMMIT] = HeldMessage(is_commit_answer=True)
    writing = asyncio.create_task(setup.write(1))
    await hold.reached.wait()
    assert await setup.kept() == [1]
    assert not writing.done()
    hold.drop()
    with pytest.raises(asyncpg.PostgresConnectionError):
        await writing


@pytest.mark.parametrize("answer", [False, True])
async def test_a_released_message_still_arrives(setup: ProxySetup, answer: bool) -> None:
    hold = setup.control[InterceptPoint.COMMIT] = HeldMessage(is_commit_answer=answer)
    writing = asyncio.create_task(setup.write(1))
    await hold.reached.wait()
    hold.release()
    await writing
    setup.control.clear()
    await setup.write(2)
    assert await setup.kept() == [1, 2]


async def test_a_statement_is_held_before_it_runs(setup: ProxySetup) -> None:
    hold = setup.control[InterceptPoint.STATEMENT] = HeldMessage()
    writing = asyncio.create_task(setup.write(1))
    await hold.reached.wait()
    assert [one.sql for one in setup.seen[-1].statements] == [INSERT]
    assert await setup.kept() == []
    hold.release()
    await writing
    assert await setup.kept() == [1]


async def test_the_proxy_ends_also_while_something_is_held(setup: ProxySetup) -> None:
    hold = setup.control[InterceptPoint.COMMIT] = HeldMessage()
    writing = asyncio.create_task(setup.write(1))
    await hold.reached.wait()
    await setup.proxy.close_connections()
    with pytest.raises(asyncpg.PostgresConnectionError):
        await writing
    assert await setup.kept() == []
