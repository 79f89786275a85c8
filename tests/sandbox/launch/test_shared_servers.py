"""The fixtures every other test stands on."""

import asyncpg
import redis


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


async def test_a_redis_database_is_handed_out_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as connection:
        assert connection.dbsize() == 0
        connection.set("left", "behind")
        assert connection.dbsize() == 1
