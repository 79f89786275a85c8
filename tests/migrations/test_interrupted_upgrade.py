"""An upgrade that is interrupted where a migration builds an index goes on, and does nothing a second time."""

import ast
import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count

import asyncpg
import pytest

from tests.migrations.test_upgrade_beside_work import migrations_online, start_upgrade
from tests.stack.shared_servers import drop_database, execute, migrate, with_path

pytestmark = pytest.mark.drill

DATABASE_NUMBERS = count(1)
# A balance transaction of 100, of which an admin settled 30: before migration 0047 `net` is the rest.
SETTLED_IN_PART = """
SET session_replication_role = replica;
INSERT INTO unbooked_movement (movement, discrepancy_id, net, currency) VALUES ('txn_1', 1, 70, 'sgd');
INSERT INTO ledger_account (code, kind, currency) VALUES ('stripe_balance:sgd', 'asset', 'sgd');
INSERT INTO ledger_txn (posting_key, kind, stripe_object) VALUES ('by hand', 'settled_by_hand', 'txn_1');
INSERT INTO ledger_entry (txn_id, line, account_id, currency, amount) VALUES (1, 1, 1, 'sgd', 30);
"""
# What the first release with migration 0047 committed before it built the index.
FORMER_FIRST_HALF = """
ALTER TABLE unbooked_movement ADD COLUMN posting_keys TEXT[] DEFAULT '{}' NOT NULL, ADD COLUMN due BIGINT;
UPDATE unbooked_movement SET net = net + 30
"""


@pytest.fixture
async def settled_url(postgres_url: str) -> AsyncIterator[str]:
    """A database of migration 0046 with a movement that is settled in part."""
    name = f"campusg_interrupted_{next(DATABASE_NUMBERS)}"
    await execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE template0")
    url = with_path(postgres_url, name)
    migrate(url, "upgrade", "0046")
    await execute(url, SETTLED_IN_PART)
    yield url
    await drop_database(postgres_url, name)


async def fetch(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_an_upgrade_that_ends_while_an_index_is_built_goes_on_the_next_time(settled_url: str) -> None:
    writer = await asyncpg.connect(settled_url)
    transaction = writer.transaction()
    await transaction.start()
    await writer.execute("LOCK TABLE ledger_txn IN ROW EXCLUSIVE MODE")  # the index waits for it
    upgrade = await start_upgrade(settled_url)
    builds = "FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY ledger_txn_object%'"
    async with asyncio.timeout(120):
        while not await fetch(settled_url, f"SELECT count(*) {builds} AND wait_event_type = 'Lock'"):
            assert upgrade.returncode is None, await upgrade.communicate()
            await asyncio.sleep(0.05)
    upgrade.kill()
    await upgrade.wait()
    await execute(settled_url, f"SELECT pg_terminate_backend(pid) {builds}")
    await transaction.rollback()
    await writer.close()
    migrate(settled_url)
    assert await fetch(settled_url, "SELECT net FROM unbooked_movement") == 100


async def test_an_upgrade_that_a_former_release_left_half_done_is_not_done_twice(settled_url: str) -> None:
    await execute(settled_url, FORMER_FIRST_HALF)
    migrate(settled_url)
    assert await fetch(settled_url, "SELECT net FROM unbooked_movement") == 100


async def test_a_release_before_it_finds_what_the_books_lack(settled_url: str) -> None:
    migrate(settled_url)
    booked = "UPDATE unbooked_movement SET posting_keys = '{capture:pi_1,fee:txn_1}', due = 95"
    account = "INSERT INTO ledger_account (code, kind, currency) VALUES ('fees:sgd', 'expense', 'sgd')"
    posting = "INSERT INTO ledger_txn (posting_key, kind, stripe_object) VALUES ('capture:pi_1', 'capture', 'pi_1')"
    lines = "INSERT INTO ledger_entry (txn_id, line, account_id, currency, amount) VALUES"
    lines += " (2, 1, 1, 'sgd', 40), (2, 2, 2, 'sgd', -40)"
    await execute(settled_url, f"SET session_replication_role = replica; {booked}; {account}; {posting}; {lines}")
    migrate(settled_url, "downgrade", "0046")
    assert await fetch(settled_url, "SELECT net FROM unbooked_movement") == 95 - 40 - 30


def test_what_is_done_beside_the_work_stands_first_in_a_migration() -> None:
    """It commits what stands before it, which a second try would do again."""
    offending = [each for path in migrations_online() for each in committed_early(path.name, path.read_text())]
    assert offending == []


def test_the_rule_of_what_stands_first_sees_a_step_before_it() -> None:
    for source, found in (
        ('def upgrade():\n    build_index("a", "orders", ["id"])\n    op.execute("UPDATE")', []),
        ('def upgrade():\n    op.execute("UPDATE")\n    build_index("a", "orders", ["id"])', ["x.py:3"]),
        ('def upgrade():\n    op.add_column("a", if_not_exists=True)\n    build_index("a", "orders", ["id"])', []),
        ('def upgrade():\n    op.add_column("orders")\n    build_index("a", "orders", ["id"])', ["x.py:3"]),
        ('def downgrade():\n    drop_index("a", "orders")\n    drop_index("b", "orders")\n    op.drop_column("c")', []),
        ('def downgrade():\n    op.drop_column("c")\n    drop_index("a", "orders")', ["x.py:3"]),
    ):
        assert list(committed_early("x.py", source)) == found, source


def committed_early(name: str, source: str) -> Iterator[str]:
    """Yield where an index is built or dropped beside the work, after a step in a transaction."""
    for function in ast.parse(source).body:
        if not isinstance(function, ast.FunctionDef):
            continue
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        is_begun = False
        for call in sorted(calls, key=lambda call: call.lineno):
            called = ast.unparse(call.func)
            if called in ("build_index", "drop_index") and is_begun:
                yield f"{name}:{call.lineno}"
            is_begun = is_begun or (called.startswith("op.") and not may_be_repeated(call))


def may_be_repeated(call: ast.Call) -> bool:
    """Return whether a second try finds it done, and goes on."""
    return any(keyword.arg == "if_not_exists" for keyword in call.keywords)
