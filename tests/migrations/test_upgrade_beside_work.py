"""An upgrade beside the work that goes on: nobody waits for it for long, and it ends when they let it."""

import ast
import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from tests.stack.shared_servers import PROJECT, drop_database, execute, migrate, with_path

pytestmark = pytest.mark.long

DATABASE_NUMBERS = count(1)
FIRST_ONLINE = "0011"  # before it the upgrade needs a stop
MAX_WAIT_SECONDS = 3.0
DOCUMENTED = "# short:"  # in the line before: why an index that is not built concurrently stops nobody for long


@pytest.fixture
async def former_url(postgres_url: str) -> AsyncIterator[str]:
    """A database of migration 0010."""
    name = f"campusg_online_{next(DATABASE_NUMBERS)}"
    await execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE template0")
    url = with_path(postgres_url, name)
    migrate(url, "upgrade", "0010")
    yield url
    await drop_database(postgres_url, name)


async def start_upgrade(url: str) -> Process:
    command = (sys.executable, "-m", "alembic", "upgrade", "head")
    environ = os.environ | {"DATABASE_URL": url}
    return await asyncio.create_subprocess_exec(*command, cwd=PROJECT, env=environ, stdout=PIPE, stderr=PIPE)


async def read_until(process: Process, words: str) -> None:
    """Wait until the upgrade says these words."""
    assert process.stderr is not None
    async with asyncio.timeout(180):
        while words not in (line := (await process.stderr.readline()).decode()):
            assert line, "the upgrade ended"


async def is_running(process: Process) -> bool:
    return process.returncode is None


async def test_nobody_waits_for_an_upgrade_that_waits_for_an_open_reader(former_url: str) -> None:
    migrate(former_url, "upgrade", "0014")  # what comes next changes a table in use
    reader, other = await asyncpg.connect(former_url), await asyncpg.connect(former_url)
    transaction = reader.transaction()
    await transaction.start()
    for table in ("orders", "payable", "notification", "hold"):
        await reader.fetch(f"SELECT 1 FROM {table}")  # keeps what every ALTER TABLE waits for
    upgrade = await start_upgrade(former_url)
    await read_until(upgrade, "a lock that an open transaction holds")
    slowest, until = 0.0, time.monotonic() + 6
    while time.monotonic() < until:
        began = time.monotonic()
        for table in ("orders", "payable", "notification", "hold"):
            await other.fetch(f"SELECT 1 FROM {table}")
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < MAX_WAIT_SECONDS
    assert await is_running(upgrade)
    await transaction.rollback()
    said, complained = await asyncio.wait_for(upgrade.communicate(), 240)
    assert upgrade.returncode == 0, said + complained
    for one in (reader, other):
        await one.close()


async def test_an_index_half_built_by_an_interrupted_upgrade_is_built_anew(former_url: str) -> None:
    await execute(former_url, "CREATE INDEX orders_placed_idx ON orders (id)")
    migrate(former_url)
    connection = await asyncpg.connect(former_url)
    defined = await connection.fetchval("SELECT indexdef FROM pg_indexes WHERE indexname = 'orders_placed_idx'")
    await connection.close()
    assert "(placed_at)" in defined


async def test_two_upgrades_at_once_are_one(former_url: str) -> None:
    upgrades = [await start_upgrade(former_url) for _ in range(2)]
    ended = await asyncio.wait_for(asyncio.gather(*(each.communicate() for each in upgrades)), 300)
    assert [each.returncode for each in upgrades] == [0, 0], ended


def test_an_index_of_a_table_in_use_is_built_beside_the_work() -> None:
    """One created in a transaction is on a table that the migration makes, or says why it is short.

    One on a new column reads all rows too, also when it keeps none of them.
    """
    offending = [each for path in migrations_online() for each in blocking_indexes(path.name, path.read_text())]
    assert offending == []


def test_the_rule_of_indexes_sees_one_that_stops_everybody() -> None:
    for source, found in (
        ('op.create_index("a", "orders", ["id"])', ["x.py:1"]),
        ('# short: it has no rows\nop.create_index("a", "orders", ["id"])', []),
        ('op.create_table("new")\nop.create_index("a", "new", ["id"])', []),
        ('op.add_column("orders", sa.Column("made", sa.Text))\nop.create_index("a", "orders", ["made"])', ["x.py:2"]),
        ('op.execute("CREATE INDEX a ON orders (id)")', ["x.py:1"]),
    ):
        assert list(blocking_indexes("x.py", source)) == found, source


def test_a_check_reads_the_rows_of_a_table_in_use_beside_the_work() -> None:
    """One that is added otherwise reads all rows while everybody waits."""
    offending = [each for path in migrations_online() for each in blocking_checks(path.name, path.read_text())]
    assert offending == []
    added = 'def upgrade():\n    op.create_check_constraint("a", "orders", "id > 0")'
    assert list(blocking_checks("x.py", added)) == ["x.py:2"]


async def test_no_upgrade_leaves_a_check_that_was_not_validated(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    waiting = await connection.fetch("SELECT conname FROM pg_constraint WHERE NOT convalidated")
    await connection.close()
    assert [row["conname"] for row in waiting] == []


def blocking_checks(name: str, source: str) -> Iterator[str]:
    """Yield where an upgrade adds a check as `op` does."""
    for function in ast.parse(source).body:
        if not isinstance(function, ast.FunctionDef) or function.name == "downgrade":
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "op.create_check_constraint":
                yield f"{name}:{node.lineno}"


def migrations_online() -> list[Path]:
    found = sorted((PROJECT / "migrations" / "versions").glob("0*.py"))
    return [path for path in found if path.name >= FIRST_ONLINE]


def blocking_indexes(name: str, source: str) -> Iterator[str]:
    """Yield where an index is created in a transaction although its table is in use."""
    lines, calls = source.splitlines(), [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    calls.sort(key=lambda call: call.lineno)
    made: set[str] = set()
    for call in calls:
        words = [
            each.value for each in ast.walk(call) if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        match ast.unparse(call.func):
            case "op.create_table":
                made.add(words[0])
            case "op.create_index":
                if words[1] not in made and DOCUMENTED not in lines[call.lineno - 2]:
                    yield f"{name}:{call.lineno}"
            case "op.execute" if any("CREATE INDEX" in each.upper() for each in words):
                yield f"{name}:{call.lineno}"
            case _:
                pass
