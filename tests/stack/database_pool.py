"""A pool of test databases that are emptied and reused: creating one takes longer than most tests."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.database.unit_of_work import Begin, UnitOfWork, UnitOfWorkFactory, create_autocommit_factory
from tests.stack.shared_servers import TEMPLATE, drop_database, make_database, with_path
from workers.registers import build_worker_registers

# Everything a statement can build: a test that changes the schema leaves a database that is not reused.
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
)  # a client reconnects, or the role is no superuser


@dataclass(slots=True, kw_only=True)
class DatabasePool:
    """The databases this process may hand out.

    `schema_fingerprint` is the hash of the migrated schema; `spare_urls` are empty databases that no test uses.
    """

    server_url: str
    schema_fingerprint: str
    server: asyncpg.Connection  # to another database of this server
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    spare_urls: list[str] = field(default_factory=list)

    async def acquire(self) -> str:
        """Return the address of a migrated, empty database whose name was never used before."""
        return self.spare_urls.pop() if self.spare_urls else await make_database(self.server_url, self._new_name())

    async def release(self, url: str) -> None:
        """Empty a database for the next test; drop it when it cannot be reused."""
        name, fresh = _name_of(url), self._new_name()
        leave = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        try:
            await self.server.execute(leave)
            await self.server.execute(f"ALTER DATABASE {name} RENAME TO {fresh}")
            name = fresh  # so that a process that outlives its test finds no database
            if await empty_database(with_path(self.server_url, name), self.schema_fingerprint):
                self.spare_urls.append(with_path(self.server_url, name))
                return
        except EXPECTED_RENAME_ERRORS:
            pass
        await drop_database(self.server_url, name)

    async def close(self) -> None:
        """Drop all spare databases, because the server may not be ours."""
        while self.spare_urls:
            await drop_database(self.server_url, _name_of(self.spare_urls.pop()))
        await self.server.close()

    def _new_name(self) -> str:
        return f"campusg_test_{next(self.numbers)}"


def autocommit_database(engine: AsyncEngine) -> UnitOfWorkFactory:
    """Return a factory of units of work for single statements: each commits by itself, without a time or queue jobs."""
    one_by_one = create_autocommit_factory(engine)

    @asynccontextmanager
    async def at_once(_begin: Begin = Begin.AS_ONE_STATEMENT, /) -> AsyncIterator[UnitOfWork]:
        async with one_by_one() as connection:
            work = UnitOfWork(connection=connection, registers=build_worker_registers())
            yield work
            await work.insert_deferred()

    return at_once


def _name_of(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


async def open_database_pool(server_url: str) -> DatabasePool:
    """Return a pool without databases; the template must exist."""
    template = await asyncpg.connect(with_path(server_url, TEMPLATE))
    try:
        fingerprint = str(await template.fetchval(SCHEMA_FINGERPRINT_SQL))
    finally:
        await template.close()
    return DatabasePool(server_url=server_url, schema_fingerprint=fingerprint, server=await asyncpg.connect(server_url))


async def empty_database(url: str, schema_fingerprint: str) -> bool:
    """Delete all rows, the traces of them in later orderings, and reset all sequences.

    Return False, and change nothing, when the schema is no longer the one with this fingerprint: a hash that is equal
    for databases that differ in rows alone.
    """
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval(SCHEMA_FINGERPRINT_SQL) != schema_fingerprint:
            return False
        written = [f'"{row["relname"]}"' for row in await connection.fetch(WRITTEN_TABLES_SQL)]
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")  # disables triggers
            for table in written:
                await connection.execute(f"DELETE FROM {table}")
            await connection.execute(RESET_SEQUENCES_SQL)
        if written:
            await connection.execute(f"VACUUM {', '.join(written)}")  # also truncates the pages at a table's end
        return True
    finally:
        await connection.close()
