"""The role of bot and workers: it works with rows, and cannot change what the rows stand in."""

import asyncpg
import pytest

from sandbox.launch.application_role import make_application_role

FORBIDDEN = (
    "DROP TABLE orders",
    "TRUNCATE orders CASCADE",
    "ALTER TABLE orders ADD COLUMN more integer",
    "ALTER TABLE orders DISABLE TRIGGER ALL",
    "CREATE TABLE more (id integer)",
    "CREATE OR REPLACE FUNCTION check_order_move() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE ROLE another",
    "COPY orders TO PROGRAM 'cat'",
)


@pytest.fixture
async def application(database_url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """A connection of the application's role to a migrated database."""
    make_application_role(database_url)
    return await asyncpg.connect(make_application_role(database_url))  # a second time changes nothing


async def test_the_role_reads_and_writes_rows(application: "asyncpg.Connection[asyncpg.Record]") -> None:
    tables = await application.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for (table,) in tables:
        await application.execute(f"SELECT 1 FROM {table} LIMIT 1")
        for right in ("INSERT", "UPDATE", "DELETE"):
            assert await application.fetchval("SELECT has_table_privilege($1, $2)", table, right)
    assert len(tables) > 20
    assert await application.fetchval("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole") == 0
    await application.close()


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_the_role_changes_no_table(application: "asyncpg.Connection[asyncpg.Record]", statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await application.execute(statement)
    await application.close()


async def test_tables_of_later_migrations_are_covered(
    database_url: str, application: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    owner = await asyncpg.connect(database_url)
    await owner.execute("CREATE TABLE later (id integer GENERATED ALWAYS AS IDENTITY, words text)")
    await owner.close()
    await application.execute("INSERT INTO later (words) VALUES ('kept')")
    assert await application.fetchval("SELECT words FROM later") == "kept"
    await application.close()
