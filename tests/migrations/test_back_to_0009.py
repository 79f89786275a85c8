"""A downgrade from this release to 0009 leaves every row as the recorded release 0009 wrote it."""

import time
from collections.abc import Mapping, Sequence

import asyncpg
import pytest

from tests.migrations.release_recording import load_database, read_recording
from tests.stack.shared_servers import drop_database, execute, migrate, with_path

pytestmark = pytest.mark.long

DATABASE_NAME = "campusg_back_to_0009"
REVERSED_REVIEW = (
    "INSERT INTO review (campus_id, order_id, reason) SELECT campus_id, id, 'reversed' FROM orders ORDER BY id LIMIT 1"
)


async def read_tables(url: str) -> Mapping[str, Sequence[str]]:
    """Return all rows of all tables as text, sorted."""
    connection = await asyncpg.connect(url)
    try:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {
            name: sorted(row[0] for row in await connection.fetch(f'SELECT to_jsonb(one)::text FROM "{name}" AS one'))
            for (name,) in names
        }
    finally:
        await connection.close()


async def test_up_and_down_again_leaves_every_recorded_row_as_it_was(postgres_url: str) -> None:
    url = with_path(postgres_url, DATABASE_NAME)
    await execute(postgres_url, f"CREATE DATABASE {DATABASE_NAME} TEMPLATE template0")
    try:
        migrate(url, "upgrade", "0009")
        await load_database(url, read_recording(time.time()))
        before = await read_tables(url)
        migrate(url, "upgrade", "head")
        assert "notification" in await read_tables(url)
        await execute(url, REVERSED_REVIEW, "UPDATE hold SET is_advance = true WHERE id = (SELECT min(id) FROM hold)")
        with pytest.raises(AssertionError, match="the schema before 0032 cannot keep them"):
            migrate(url, "downgrade", "0009")
        await execute(url, "UPDATE hold SET is_advance = false")
        migrate(url, "downgrade", "0009")
        after = await read_tables(url)
    finally:
        await drop_database(postgres_url, DATABASE_NAME)
    assert sum(map(len, before.values())) > 1_000, "the recording is too small to prove anything"
    assert {name for name in before if before[name] != after.get(name)} == set()
    assert before.keys() == after.keys()
