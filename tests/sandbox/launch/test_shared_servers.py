"""Tests of the fixtures that all other tests use."""

import asyncpg
import pytest
import redis

from tests.stack.database_pool import SCHEMA_FINGERPRINT_SQL, DatabasePool

INSERT_CAMPUS_SQL = (
    "INSERT INTO campus (name, title, currency, time_zone, fees)"
    " VALUES ('north' || floor(random() * 1e6)::text, 'North', 'sgd', 'Asia/Singapore', '{}') RETURNING id"
)


async def fetch_value(url: str, statement: str) -> object:
    """Return the value of one statement in a database."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_each_test_gets_a_database_of_its_own(database_url: str, module_database_url: str) -> None:
    own = await asyncpg.connect(database_url)
    shared = await asyncpg.connect(module_database_url)
    try:
        await own.execute("CREATE TABLE seen_only_here (id int)")
        assert await own.fetchval("SELECT to_regclass('seen_only_here') IS NOT NULL")
        assert await shared.fetchval("SELECT to_regclass('seen_only_here') IS NULL")
    finally:
        await own.close()
        await shared.close()


async def test_a_used_database_comes_back_empty_with_fresh_sequences_and_another_name(databases: DatabasePool) -> None:
    used = await databases.acquire()
    assert [await fetch_value(used, INSERT_CAMPUS_SQL) for _ in range(3)] == [1, 2, 3]
    left_open = await asyncpg.connect(used)
    await databases.release(used)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await left_open.fetchval("SELECT 1")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(used)
    again = databases.spare_urls[-1]
    assert await fetch_value(again, "SELECT count(*) FROM campus") == 0
    assert await fetch_value(again, "SELECT pg_relation_size('campus')") == 0
    assert await fetch_value(again, INSERT_CAMPUS_SQL) == 1
    databases.spare_urls.remove(again)
    await databases.release(again)


async def test_a_database_with_a_changed_schema_is_not_reused(databases: DatabasePool) -> None:
    used = await databases.acquire()
    for change in (
        "ALTER TABLE orders DISABLE TRIGGER orders_move",
        "ALTER TABLE orders DROP CONSTRAINT orders_total_by_status_check",
        "ALTER TABLE notification ALTER status SET DEFAULT 'sent'",
        "DROP INDEX payable_open",
        "CREATE TABLE left_behind (id int)",
        "CREATE SCHEMA left_behind",
        "CREATE FUNCTION left_behind() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ):
        before = await fetch_value(used, SCHEMA_FINGERPRINT_SQL)
        await fetch_value(used, change)
        assert await fetch_value(used, SCHEMA_FINGERPRINT_SQL) != before, change
    spare = len(databases.spare_urls)
    await databases.release(used)
    assert len(databases.spare_urls) == spare


async def test_a_redis_database_is_handed_out_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as connection:
        assert connection.dbsize() == 0
        connection.set("left", "behind")
        assert connection.dbsize() == 1
