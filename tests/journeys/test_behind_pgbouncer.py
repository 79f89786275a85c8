"""CampusG behind PgBouncer in its mode `transaction`, which gives each transaction any connection to Postgres."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import pytest

from sandbox.launch.campuses import create_campus
from sandbox.launch.ports import LOOPBACK, free_port, is_free
from sandbox.launch.processes import Program, start_process
from sandbox.launch.stack import Stack, StackConfig, ignore_output
from sandbox.launch.unprivileged import can_run, unprivileged_prefixes
from sandbox.people.populated_stack import PopulatedStack, open_populated_stack
from sandbox.play.scenes import SCENES
from sandbox.telegram.web_app import sign_web_app
from tests.journeys.conftest import assert_clean_books
from tests.journeys.running_scenes import play_scene
from tests.stack.shared_servers import drop_database, make_database
from tests.stack.system_programs import require_program

pytestmark = pytest.mark.long

DATABASE = "campusg_pooled"
SETTINGS = "prepared_statement_cache_size=0"  # as docs/deployment.md says
PLAYED = ("happy", "cancelled", "problem")
START_TIMEOUT_SECONDS = 10.0
CONFIGURATION = """[databases]
{database} = host={host} port={port}
[pgbouncer]
listen_addr = {listen}
listen_port = {own}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = 4
"""


@contextmanager
def running_pgbouncer(postgres_url: str, folder: Path) -> Iterator[str]:
    """Run PgBouncer before this database with four connections for each role, and yield where it listens."""
    binary = Path(require_program("pgbouncer"))
    folder.mkdir()
    address, port = urlsplit(postgres_url), free_port()
    users = folder / "users.txt"
    users.write_text('"campusg_app" "campusg_app"\n"campusg_reader" "campusg_reader"\n')
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(
        CONFIGURATION.format(
            database=DATABASE, host=address.hostname, port=address.port, listen=LOOPBACK, own=port, users=users
        )
    )
    process = start_process(
        Program(
            name="pgbouncer",
            command=[str(binary), str(configuration)],
            prefix=next(prefix for prefix in unprivileged_prefixes() if can_run(prefix, binary)),
            log=folder / "pgbouncer.log",
            environment={"PATH": os.defpath},
        )
    )
    try:
        process.wait_until(lambda: not is_free(port), timeout=START_TIMEOUT_SECONDS)
        yield f"{LOOPBACK}:{port}"
    finally:
        process.stop()


def pooled(url: str, address: str) -> str:
    """The address of the same database and role through the proxy."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@{address}", query=SETTINGS))


@pytest.fixture
async def stack(tmp_path: Path, postgres_url: str) -> AsyncIterator[PopulatedStack]:
    """A bot, a worker and a console whose transactions share few connections to Postgres."""
    await drop_database(postgres_url, DATABASE)  # left by a run that was killed
    url = await make_database(postgres_url, DATABASE)
    campus = create_campus(tmp_path, "pooled", 11, runners=8)
    config = StackConfig(folder=tmp_path, campuses=(campus,), database_url=url)
    with running_pgbouncer(url, tmp_path / "pgbouncer") as address:
        processes = Stack(config, ignore_output)
        try:
            processes.start_dependencies()
            processes.application_url = pooled(processes.application_url, address)
            processes.reader_url = pooled(processes.reader_url, address)
            processes.start_application()
            processes.start_console()
            processes.wait_ready("console")
            async with open_populated_stack(processes) as populated_stack:
                yield populated_stack
            assert_clean_books(processes)
        finally:
            processes.stop()
    await drop_database(postgres_url, DATABASE)


async def test_orders_are_delivered_refunded_and_looked_at(stack: PopulatedStack) -> None:
    campus = stack.campuses["pooled"]
    await asyncio.gather(*(play_scene(stack, SCENES[scene], campus.name) for scene in PLAYED))
    signed = sign_web_app(campus.bot_token, {"id": campus.admin.id, "first_name": "Sam"})
    home = f"{stack.launched.url_of('console')}/console/{campus.name}"
    (row,) = await stack.query("SELECT max(id) AS id FROM orders")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.post(f"{home}/login", data=signed) as answer:
            assert answer.status == 204, await answer.text()
        for page in ("", f"orders/{row['id']}", "money", "engine"):
            async with http.get(f"{home}/{page}") as answer:
                assert answer.status == 200, await answer.text()
    for name in ("bot", "worker-1", "console"):
        said = stack.launched.processes[name].read_output()
        assert "asyncpg" not in said
        assert "postgres_unavailable" not in said
