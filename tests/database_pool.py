"""Databases for one test each, used again: a new one is six hundred files, and that was most of a short test."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.store.unit_of_work import UnitOfWork, UnitOfWorkFactory, create_autocommit_factory
from tests.shared_servers import TEMPLATE, drop_database, execute, make_database, with_path

# All that a statement can build: whoever builds or breaks something leaves a database nobody else gets.
SCHEMA_FINGERPRINT_SQL = """
SELECT md5(string_agg(line, '' ORDER BY line)) FROM (
    SELECT concat_ws(' ', oid, relname, relkind, relnamespace, reloptions) FROM pg_class WHERE oid >= 16384
    UNION ALL SELECT a::text FROM pg_attribute a WHERE attrelid >= 16384
    UNION ALL SELECT d::text FROM pg_attrdef d
    UNION ALL SELECT c::text FROM pg_constraint c WHERE oid >= 16384
    UNION ALL SELECT i::text FROM pg_index i WHERE indexrelid >= 16384
    UNION ALL SELECT t::text FROM pg_trigger t
    UNION ALL SELECT p::text FROM pg_proc p WHERE oid >= 16384
    UNION ALL SELECT t::text FROM pg_type t WHERE oid >= 16384
    UNION ALL SELECT n::text FROM pg_namespace n WHERE oid >= 16384
) AS built (line)
"""
WRITTEN_TABLES_SQL = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
AND relname <> 'alembic_version'
"""
RESET_SEQUENCES_SQL = "SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence"
EXPECTED_RENAME_ERRORS = (
    asyncpg.ObjectInUseError,
    asyncpg.InsufficientPrivilegeError,
)  # somebody comes back; no superuser


@dataclass(slots=True, kw_only=True)
class DatabasePool:
    """What this process has on its server; `shape` is what the migrations build, and `spare` is empty and nobody's."""

    server_url: str
    schema_fingerprint: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    spare_urls: list[str] = field(default_factory=list)

    async def acquire(self) -> str:
        """The address of a database that is migrated and empty, with a name nobody has had."""
        return self.spare_urls.pop() if self.spare_urls else await make_database(self.server_url, self._new_name())

    async def release(self, url: str) -> None:
        """Keep it for the next test as if it were new; drop it when that can't be."""
        name, fresh = _name_of(url), self._new_name()
        leave = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        try:
            await execute(self.server_url, leave, f"ALTER DATABASE {name} RENAME TO {fresh}")
            name = fresh  # a process that outlives its test finds nothing
            if await schema_fingerprint_of(with_path(self.server_url, name)) == self.schema_fingerprint:
                await empty_database(with_path(self.server_url, name))
                self.spare_urls.append(with_path(self.server_url, name))
                return
        except EXPECTED_RENAME_ERRORS:
            pass
        await drop_database(self.server_url, name)

    async def close(self) -> None:
        """Leave none on a server that may be somebody else's."""
        while self.spare_urls:
            await drop_database(self.server_url, _name_of(self.spare_urls.pop()))

    def _new_name(self) -> str:
        return f"campusg_test_{next(self.numbers)}"


def autocommit_database(engine: AsyncEngine) -> UnitOfWorkFactory:
    """For what is one statement, a look or a change: committed by itself, with no time and no bells to ring."""
    one_by_one = create_autocommit_factory(engine)

    @asynccontextmanager
    async def at_once() -> AsyncIterator[UnitOfWork]:
        async with one_by_one() as connection:
            yield UnitOfWork(connection=connection, now=datetime.min.replace(tzinfo=UTC))

    return at_once


def _name_of(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


async def open_database_pool(server_url: str) -> DatabasePool:
    """None yet; the template is there."""
    return DatabasePool(
        server_url=server_url, schema_fingerprint=await schema_fingerprint_of(with_path(server_url, TEMPLATE))
    )


async def schema_fingerprint_of(url: str) -> str:
    """A word that differs wherever anything but rows does."""
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval(SCHEMA_FINGERPRINT_SQL))
    finally:
        await connection.close()


async def empty_database(url: str) -> None:
    """No rows, no trace of any in the order of the next ones, and all numbers from the beginning."""
    connection = await asyncpg.connect(url)
    try:
        written = [f'"{row["relname"]}"' for row in await connection.fetch(WRITTEN_TABLES_SQL)]
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")  # no trigger has a say
            for table in written:
                await connection.execute(f"DELETE FROM {table}")
            await connection.execute(RESET_SEQUENCES_SQL)
        if written:
            await connection.execute(f"VACUUM {', '.join(written)}")  # also takes the pages from a table's end
    finally:
        await connection.close()
