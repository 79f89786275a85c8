"""The proxy before Postgres: it changes nothing, and keeps back exactly what it is asked to."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from sandbox.crash.proxy import Hold, Moment, Proxy, proxying
from sandbox.crash.transaction import Transaction
from sandbox.launch.ports import LOOPBACK, free_port

INSERT = "INSERT INTO kept VALUES ($1)"


@dataclass(slots=True, kw_only=True)
class Desk:
    """A database with one table, reached directly and through a proxy that does what `orders` say."""

    direct: asyncpg.Connection
    proxy: Proxy
    through: asyncpg.Connection
    orders: dict[Moment, Hold] = field(default_factory=dict)
    seen: list[Transaction] = field(default_factory=list)

    async def ask(self, moment: Moment, transaction: Transaction) -> Hold | None:
        """The hold that was ordered for this moment."""
        self.seen.append(transaction)
        return self.orders.get(moment)

    async def write(self, number: int) -> None:
        """One transaction through the proxy."""
        async with self.through.transaction():
            await self.through.execute(INSERT, number)

    async def kept(self) -> list[int]:
        """What was committed."""
        return [row["number"] for row in await self.direct.fetch("SELECT number FROM kept ORDER BY number")]


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    parts = urlsplit(database_url)
    assert parts.hostname and parts.port
    port = free_port()
    detour = urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@{LOOPBACK}:{port}"))
    direct = await asyncpg.connect(database_url)
    await direct.execute("CREATE TABLE kept (number bigint)")
    found: list[Desk] = []

    async def ask(moment: Moment, transaction: Transaction) -> Hold | None:
        return await found[0].ask(moment, transaction) if found else None

    async with proxying(Proxy(target=(parts.hostname, parts.port), port=port, ask=ask)) as proxy:
        through = await asyncpg.connect(detour)
        found.append(Desk(direct=direct, proxy=proxy, through=through))
        yield found[0]
        through.terminate()
    await direct.execute("DROP TABLE kept")  # so that the database is fit for the next test
    await direct.close()


async def test_nothing_changes_while_nothing_is_kept_back(desk: Desk) -> None:
    await desk.write(1)
    rows = await desk.through.fetch("SELECT repeat('x', 100000) AS long, $1::bigint AS number, NULL AS nothing", 7)
    assert (len(rows[0]["long"]), rows[0]["number"], rows[0]["nothing"]) == (100_000, 7, None)
    with pytest.raises(asyncpg.UndefinedTableError):
        await desk.through.fetch("SELECT * FROM nowhere")
    await desk.write(2)
    assert await desk.kept() == [1, 2]


async def test_a_transaction_is_read_with_its_values(desk: Desk) -> None:
    await desk.write(50_123)
    assert desk.seen[-1].statements[0].sql == INSERT
    assert desk.seen[-1].numbers == {50_123}


async def test_a_commit_that_is_kept_back_and_dropped_never_happened(desk: Desk) -> None:
    hold = desk.orders[Moment.COMMIT] = Hold()
    writing = asyncio.create_task(desk.write(1))
    await hold.reached.wait()
    assert await desk.kept() == []
    hold.drop()
    with pytest.raises(asyncpg.PostgresConnectionError):
        await writing
    assert await desk.kept() == []
    await desk.direct.execute("TRUNCATE kept")  # Postgres has let go of the transaction by itself


async def test_a_commit_whose_answer_is_kept_back_has_happened(desk: Desk) -> None:
    hold = desk.orders[Moment.COMMIT] = Hold(answer=True)
    writing = asyncio.create_task(desk.write(1))
    await hold.reached.wait()
    assert await desk.kept() == [1]
    assert not writing.done()
    hold.drop()
    with pytest.raises(asyncpg.PostgresConnectionError):
        await writing


@pytest.mark.parametrize("answer", [False, True])
async def test_what_is_let_go_arrives_after_all(desk: Desk, answer: bool) -> None:
    hold = desk.orders[Moment.COMMIT] = Hold(answer=answer)
    writing = asyncio.create_task(desk.write(1))
    await hold.reached.wait()
    hold.let_go()
    await writing
    desk.orders.clear()
    await desk.write(2)
    assert await desk.kept() == [1, 2]


async def test_a_statement_is_kept_back_before_it_runs(desk: Desk) -> None:
    hold = desk.orders[Moment.STATEMENT] = Hold()
    writing = asyncio.create_task(desk.write(1))
    await hold.reached.wait()
    assert [one.sql for one in desk.seen[-1].statements] == [INSERT]
    assert await desk.kept() == []
    hold.let_go()
    await writing
    assert await desk.kept() == [1]


async def test_the_proxy_ends_also_while_something_is_kept_back(desk: Desk) -> None:
    hold = desk.orders[Moment.COMMIT] = Hold()
    writing = asyncio.create_task(desk.write(1))
    await hold.reached.wait()
    await desk.proxy.hang_up()
    with pytest.raises(asyncpg.PostgresConnectionError):
        await writing
    assert await desk.kept() == []
