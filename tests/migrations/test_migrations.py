"""Migrations: up, down and up again, and the schema they build equals the tables in code."""

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from domain.schema import METADATA, TRIGGER_DDL
from sandbox.launch.postgres import find_program_folders
from sandbox.launch.unprivileged import can_run, unprivileged_prefixes
from tests.stack.shared_servers import drop_database, execute, make_database, migrate, with_path

DATABASE_NUMBERS = count(1)
LEFT_BY_ALEMBIC = "alembic_version"


@pytest.fixture
async def empty_url(postgres_url: str) -> AsyncIterator[str]:
    """An empty database."""
    name = f"campusg_schema_{next(DATABASE_NUMBERS)}"
    await execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE template0")
    yield with_path(postgres_url, name)
    await drop_database(postgres_url, name)


@pytest.fixture
async def coded_url(empty_url: str) -> str:
    """A database created from the tables in code."""
    engine = create_async_engine(empty_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        for statement in TRIGGER_DDL:
            await connection.exec_driver_sql(statement)
    await engine.dispose()
    return empty_url


async def names_in(url: str) -> set[str]:
    """The names of everything in the public schema that a migration could leave behind."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " UNION SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace"
        )
    finally:
        await connection.close()
    return {name for (name,) in rows}


def dump_schema(url: str) -> str:
    """The schema as pg_dump writes it, without what differs between any two runs."""
    program = next(place / "pg_dump" for place in find_program_folders() if (place / "pg_dump").exists())
    prefix = next(prefix for prefix in unprivileged_prefixes() if can_run(prefix, program))
    same = ("--schema-only", "--no-owner", "--no-privileges")  # roles are of the server, and tests give them rights
    options = [*same, f"--exclude-table={LEFT_BY_ALEMBIC}", f"--dbname={url}"]
    environment = {"PATH": os.environ.get("PATH", os.defpath)}
    ended = subprocess.run(
        [*prefix, str(program), *options], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    # Since 2025 pg_dump wraps a dump in \restrict and \unrestrict with a random word.
    return re.sub(r"^\\(?:un)?restrict .*$", "", ended.stdout, flags=re.MULTILINE)


async def test_the_migrated_schema_is_the_one_in_code(database_url: str, coded_url: str) -> None:
    migrated, coded = dump_schema(database_url), dump_schema(coded_url)
    for expected in ("CREATE TABLE public.orders", "CREATE FUNCTION public.check_order_move", "WHERE (status = 'open'"):
        assert expected in migrated, "the dump is too short to compare"
    assert migrated.count("CREATE TRIGGER") + migrated.count("CREATE CONSTRAINT TRIGGER") >= 10
    assert migrated.splitlines() == coded.splitlines()


async def test_the_comparison_sees_a_changed_trigger_a_lost_check_and_another_index_predicate(
    database_url: str, coded_url: str
) -> None:
    for change in (
        "DROP TRIGGER orders_move ON orders",
        "ALTER TABLE hold DROP CONSTRAINT hold_captured_within_check",
        "DROP INDEX payable_open; CREATE INDEX payable_open ON payable (runner_id)",
        "ALTER TABLE notification ALTER status SET DEFAULT 'sent'",
    ):
        before = dump_schema(coded_url)
        await execute(coded_url, change)
        assert dump_schema(coded_url) != before, change
    assert dump_schema(database_url) != dump_schema(coded_url)


async def test_down_leaves_nothing_and_up_again_leaves_the_same(postgres_url: str) -> None:
    name = f"campusg_schema_{next(DATABASE_NUMBERS)}"
    url = await make_database(postgres_url, name)
    try:
        before, known = dump_schema(url), await names_in(url)
        migrate(url, "downgrade", "base")
        assert {each for each in await names_in(url) if not each.startswith(("alembic", "_alembic"))} == set()
        migrate(url, "upgrade", "head")
        assert dump_schema(url) == before
        assert await names_in(url) == known
    finally:
        await drop_database(postgres_url, name)


async def test_migrating_twice_is_migrating_once(database_url: str) -> None:
    before = dump_schema(database_url)
    migrate(database_url, "upgrade", "head")
    assert dump_schema(database_url) == before


async def test_the_models_and_the_migrations_agree_for_alembic_too(database_url: str) -> None:
    migrate(database_url, "check")


def test_a_migration_does_not_import_the_domain() -> None:
    """A migration is frozen: later code must not change what it did."""
    for migration in (Path(__file__).parents[2] / "migrations" / "versions").glob("*.py"):
        assert not re.search(r"^\s*(?:from|import)\s+domain", migration.read_text(), re.MULTILINE), migration.name


def test_alembic_reads_the_revisions_without_a_database() -> None:
    command = [sys.executable, "-m", "alembic", "heads"]
    ended = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout.count("(head)")) == (0, 1), ended.stderr


def test_no_migration_sets_a_lock_timeout_of_its_own() -> None:
    """The environment of alembic bounds every wait, and tries again."""
    for migration in (Path(__file__).parents[2] / "migrations" / "versions").glob("*.py"):
        assert "lock_timeout" not in migration.read_text(), migration.name


def test_without_a_database_alembic_says_which_variable_is_missing() -> None:
    project = Path(__file__).parents[2]
    environ = os.environ | {"DATABASE_URL": ""}
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    ended = subprocess.run(command, cwd=project, env=environ, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "DATABASE_URL must name a database" in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr
