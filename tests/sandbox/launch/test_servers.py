"""Tests of our own Postgres and Valkey: they keep their data, and leave no process behind."""

import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
import redis

from sandbox.launch import postgres, valkey
from sandbox.launch.processes import LaunchError
from sandbox.launch.unprivileged import can_run, unprivileged_prefixes
from tests.sandbox.launch.process_tree import descendants, running_pids, wait_until_gone
from tests.stack.shared_servers import PROJECT

pytestmark = pytest.mark.drill


async def test_postgres_keeps_its_data_over_a_restart(tmp_path: Path) -> None:
    server = postgres.start_postgres(tmp_path, durable=True)
    connection = await asyncpg.connect(server.url)
    await connection.execute("CREATE TABLE kept AS SELECT 'a word' AS word")
    await connection.close()
    server.stop()
    assert server.process.exit_code == 0

    again = postgres.start_postgres(tmp_path, durable=True)
    connection = await asyncpg.connect(again.url)
    assert await connection.fetchval("SELECT word FROM kept") == "a word"
    assert await connection.fetchval("SHOW fsync") == "on"
    await connection.close()
    again.stop()


async def test_postgres_recovers_what_was_committed_before_it_was_killed(tmp_path: Path) -> None:
    server = postgres.start_postgres(tmp_path, durable=False)
    connection = await asyncpg.connect(server.url)
    await connection.execute("CREATE TABLE kept AS SELECT 'a word' AS word")
    server.process.kill()
    connection.terminate()

    again = postgres.start_postgres(tmp_path, durable=False)
    connection = await asyncpg.connect(again.url)
    assert await connection.fetchval("SELECT word FROM kept") == "a word"
    await connection.close()
    again.stop()


def test_a_durable_valkey_keeps_its_data_even_when_killed(tmp_path: Path) -> None:
    server = valkey.start_valkey(tmp_path, durable=True)
    with redis.Redis.from_url(server.url) as connection:
        connection.set("kept", "a word")
    server.process.kill()

    again = valkey.start_valkey(tmp_path, durable=True)
    with redis.Redis.from_url(again.url) as connection:
        assert connection.get("kept") == b"a word"
    again.stop()
    assert again.process.exit_code == 0


def test_servers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.sandbox.launch.killable_parent", str(tmp_path)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        servers = [int(word) for word in parent.stdout.readline().split()]
        process_ids = [pid for server in servers for pid in descendants(server)]
        assert running_pids(process_ids) == process_ids
        assert len(process_ids) > len(servers)  # Postgres has child processes
        parent.kill()
    assert wait_until_gone(process_ids)


def test_postgres_runs_in_every_way_this_user_can_run_it(tmp_path: Path) -> None:
    for number, prefix in enumerate(way for way in unprivileged_prefixes() if can_run(way, Path("/bin/true"))):
        binaries = next(postgres.find_program_folders())
        data = tmp_path / str(number) / "postgres"
        installation = postgres.PostgresInstallation(binaries=binaries, prefix=prefix)
        postgres.make_database(installation, data, durable=False)
        server = postgres.run_server(installation, data, durable=False, port=None)
        assert server.process.exit_code is None
        server.stop()
        assert server.process.exit_code == 0


def test_without_any_postgres_a_sentence_names_the_setting() -> None:
    with pytest.raises(LaunchError, match=r"no postgres program was found.*Set DATABASE_URL"):
        postgres.find_installation([])


def test_a_postgres_that_does_not_run_here_is_named(tmp_path: Path) -> None:
    for program in ("initdb", "postgres"):
        (tmp_path / program).write_text("not a program")
    with pytest.raises(LaunchError, match=f"{tmp_path / 'postgres'} does not run as this user.*Set DATABASE_URL"):
        postgres.find_installation([tmp_path])


def test_without_any_valkey_a_sentence_names_the_setting() -> None:
    with pytest.raises(LaunchError, match="Set REDIS_URL"):
        valkey.find_binary([])


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    first = valkey.start_valkey(tmp_path, durable=False)
    port = int(first.url.rsplit(":", 1)[1].split("/")[0])
    with pytest.raises(LaunchError, match=r"(?s)valkey ended with 1 before it was ready.*Address already in use"):
        valkey.start_valkey(tmp_path / "second", durable=False, port=port)
    first.stop()
