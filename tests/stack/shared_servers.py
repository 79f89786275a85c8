"""The Postgres and the Valkey that all tests of one run share, and the creation of fresh databases in them."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import redis

from sandbox.launch import postgres, valkey

PROJECT = Path(__file__).parents[2]
TEMPLATE = "campusg_template"
REDIS_DATABASES = 16  # the default number of databases in a server


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedServers:
    """The addresses of the shared servers; tests create and drop databases in them."""

    postgres_url: str
    redis_url: str


@contextmanager
def running_shared_servers() -> Iterator[SharedServers]:
    """Start both servers with their data in a folder of this process, and remove it at the end.

    DATABASE_URL_TEST and REDIS_URL_TEST name servers to use instead; the role must be allowed to create databases,
    and every database of that Redis is emptied.
    """
    postgres_url = os.environ.get("DATABASE_URL_TEST")
    redis_url = os.environ.get("REDIS_URL_TEST")
    folder = PROJECT / ".data" / f"test-{os.getpid()}"
    remove_ended_runs(folder.parent)
    started: list[postgres.LocalServer] = []
    try:
        if postgres_url is None:
            started.append(postgres.start_postgres(folder, durable=False))
            postgres_url = started[-1].url
        if redis_url is None:
            started.append(valkey.start_valkey(folder, durable=False))
            redis_url = started[-1].url
        yield SharedServers(postgres_url=postgres_url, redis_url=redis_url)
    finally:
        for server in started:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def remove_ended_runs(data: Path) -> None:
    """Remove the folders of test runs that were killed before they could remove them."""
    for folder in data.glob("test-*"):
        if re.fullmatch(r"test-\d+", folder.name) and not is_running(int(folder.name.removeprefix("test-"))):
            shutil.rmtree(folder, ignore_errors=True)


def is_running(pid: int) -> bool:
    """Return whether a process with this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


async def make_template(server_url: str) -> None:
    """Create the database that all fresh ones are copied from, with the migrated schema."""
    await execute(server_url, f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)", f"CREATE DATABASE {TEMPLATE}")
    if (PROJECT / "alembic.ini").exists():
        migrate(with_path(server_url, TEMPLATE))


def migrate(url: str, *arguments: str) -> None:
    """Run alembic on this database as an operator would, `upgrade head` by default."""
    command = [sys.executable, "-m", "alembic", *(arguments or ("upgrade", "head"))]
    environment = os.environ | {"DATABASE_URL": url}
    result = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}"


async def make_database(server_url: str, name: str) -> str:
    """Copy the template into a database of this name and return its URL."""
    await execute(server_url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    return with_path(server_url, name)


async def drop_database(server_url: str, name: str) -> None:
    """Drop a database, even while clients are connected."""
    await execute(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def execute(url: str, *statements: str) -> None:
    """Run statements one by one, each on its own (CREATE DATABASE allows no transaction)."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def empty_redis_database(server_url: str, number: int) -> str:
    """Empty one of the Redis databases, chosen in turn, and return its URL."""
    url = with_path(server_url, str(number % REDIS_DATABASES))
    with closing(redis.Redis.from_url(url)) as connection:
        connection.flushdb()
    return url


def with_path(url: str, path: str) -> str:
    """Return the URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))
