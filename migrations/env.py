"""The environment of alembic: it connects to DATABASE_URL, and runs each migration in a transaction of its own.

A migration that waits for a lock stops everybody who comes after it. So it waits a second, lets everybody go on, and
tries again. What is done stays done: the next try begins with the migration that did not get its lock.
"""

import asyncio
import os
import sys
import time
from typing import NoReturn

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, event, make_url, pool
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from domain.schema import METADATA
from domain.settings.database_address import DatabaseAddress, UnusableAddress, read_database_address
from domain.settings.settings import INVALID_SETTINGS_EXIT_CODE
from domain.settings.timeouts import Timeout

MIGRATION_LOCK = 0x63616D7075736700  # two upgrades at once: the second waits for the first
EXAMPLE = "postgresql://campusg@127.0.0.1:5432/campusg"
GIVEN_WAY_STATES = frozenset({"55P03", "40P01"})  # a lock was not free in time, or a deadlock was ended
LOCK_WAIT = f"{int(Timeout.MIGRATION_LOCK.seconds * 1000)}ms"


def read_address() -> DatabaseAddress:
    """Return the address of the database; exit with 2 and a sentence when DATABASE_URL is none."""
    url = os.environ.get("DATABASE_URL", "").replace("postgres://", "postgresql://", 1)
    try:
        if make_url(url).get_backend_name() != "postgresql":
            exit_with(f"DATABASE_URL must name a Postgres database, like {EXAMPLE}")
        return read_database_address(url)
    except (ArgumentError, ValueError) as error:
        said = f"DATABASE_URL {error}" if isinstance(error, UnusableAddress) else ""
        exit_with(said or f"DATABASE_URL must name a database, like {EXAMPLE}")


def exit_with(sentence: str) -> NoReturn:
    """Print the sentence and exit, as every process does with settings that are wrong."""
    print(sentence, file=sys.stderr)
    sys.exit(INVALID_SETTINGS_EXIT_CODE)


def run(connection: Connection) -> None:
    """Run the migrations on this connection, each in a transaction that waits for no lock for long."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def try_run(engine: AsyncEngine) -> str | None:
    """Run the migrations. Return what they wait for when they did not all run.

    The lock against another upgrade belongs to a transaction that does nothing else, so that it ends with us in any
    case, also behind a proxy. It is asked for and not waited for: a statement that waits would hold up an index that
    is built concurrently.
    """
    async with engine.connect() as guard, guard.begin():
        asked = await guard.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock({MIGRATION_LOCK})")
        if not asked.scalar_one():
            return "another upgrade"
        # The answer keeps its snapshot until the next statement, and an index that is built waits for every snapshot.
        await guard.exec_driver_sql("SET LOCAL lock_timeout = DEFAULT")
        try:
            async with engine.connect() as connection:
                await connection.run_sync(run)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in GIVEN_WAY_STATES:
                raise
            return "a lock that an open transaction holds"
    return None


async def run_online() -> None:
    """Run the migrations, again and again while others hold what they need; raise CommandError after ten minutes."""
    address, begun = read_address(), time.monotonic()
    arguments = dict(address.driver_arguments) | {"server_settings": dict(address.server_settings)}
    engine = create_async_engine(address.url, connect_args=arguments, poolclass=pool.NullPool)
    event.listen(engine.sync_engine, "begin", limit_lock_wait)
    while (waits_for := await try_run(engine)) is not None:
        if time.monotonic() - begun > Timeout.MIGRATION_TRIES.seconds:
            raise CommandError(f"The upgrade waited in vain for {waits_for}; pg_stat_activity shows whose it is.")
        print(f"the upgrade lets others go on, and waits for {waits_for}", file=sys.stderr, flush=True)
        await asyncio.sleep(Timeout.MIGRATION_RETRY.seconds)
    await engine.dispose()


def limit_lock_wait(connection: Connection) -> None:
    """Bound the waits of a transaction that begins; what is built concurrently has none, and may wait."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")


def run_offline() -> None:
    """Print the SQL instead of running it (`--sql`)."""
    context.configure(url=read_address().url, target_metadata=METADATA, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    asyncio.run(run_online())
