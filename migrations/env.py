"""The environment of alembic: it connects to DATABASE_URL with asyncpg, and runs an upgrade in one transaction."""

import asyncio
import os

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, pool
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import create_async_engine

from domain.schema import METADATA

LOCK = 0x63616D7075736700  # two migrations at once: the second waits for the first


def address() -> str:
    """Return the URL of the database for SQLAlchemy; raise CommandError when DATABASE_URL names none."""
    url = os.environ.get("DATABASE_URL", "")
    try:
        return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    except ArgumentError:
        message = "DATABASE_URL must name a database, like postgresql://campusg@127.0.0.1:5432/campusg"
        raise CommandError(message) from None


def run(connection: Connection) -> None:
    """Run the migrations on this connection."""
    context.configure(connection=connection, target_metadata=METADATA, compare_type=True, compare_server_default=True)
    with context.begin_transaction():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        context.run_migrations()


async def run_online() -> None:
    """Connect, run the migrations and disconnect."""
    engine = create_async_engine(address(), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


def run_offline() -> None:
    """Print the SQL instead of running it (`--sql`)."""
    context.configure(url=address(), target_metadata=METADATA, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    asyncio.run(run_online())
