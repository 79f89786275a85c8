"""The fixtures every other test stands on."""

import asyncpg
import pytest
import redis

from tests.databases import Databases, shape_of

CAMPUS = (
    "INSERT INTO campus (name, title, currency, time_zone, fees)"
    " VALUES ('north' || floor(random() * 1e6)::text, 'North', 'sgd', 'Asia/Singapore', '{}') RETURNING id"
)


async def said(url: str, statement: str) -> object:
    """What one statement gives in a database."""
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


async def test_a_used_database_comes_back_empty_and_counts_from_one_and_its_old_name_leads_nowhere(
    databases: Databases,
) -> None:
    used = await databases.lend()
    assert [await said(used, CAMPUS) for _ in range(3)] == [1, 2, 3]
    left_open = await asyncpg.connect(used)
    await databases.take_back(used)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await left_open.fetchval("SELECT 1")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(used)
    again = databases.spare[-1]
    assert await said(again, "SELECT count(*) FROM campus") == 0
    assert await said(again, "SELECT pg_relation_size('campus')") == 0
    assert await said(again, CAMPUS) == 1
    databases.spare.remove(again)
    await databases.take_back(again)


async def test_a_database_somebody_built_in_is_given_to_nobody_else(databases: Databases) -> None:
    used = await databases.lend()
    for change in (
        "ALTER TABLE orders DISABLE TRIGGER orders_move",
        "ALTER TABLE orders DROP CONSTRAINT orders_total_by_status_check",
        "ALTER TABLE push ALTER status SET DEFAULT 'sent'",
        "DROP INDEX payable_open",
        "CREATE TABLE left_behind (id int)",
        "CREATE SCHEMA left_behind",
        "CREATE FUNCTION left_behind() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ):
        before = await shape_of(used)
        await said(used, change)
        assert await shape_of(used) != before, change
    spare = len(databases.spare)
    await databases.take_back(used)
    assert len(databases.spare) == spare


async def test_a_redis_database_is_handed_out_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as connection:
        assert connection.dbsize() == 0
        connection.set("left", "behind")
        assert connection.dbsize() == 1
