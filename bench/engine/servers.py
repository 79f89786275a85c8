"""The servers of the benchmark: durable Postgres, Valkey, the payment server and Stripe's stand-in, all on loopback."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bench.engine.catalogue import Peer
from bench.engine.counters import CREATE_EXTENSION
from bench.engine.environments import python_of
from sandbox.launch.campuses import Campus, create_campus
from sandbox.launch.ports import LOOPBACK, free_port, is_free
from sandbox.launch.postgres import LocalServer, accepts_connections, start_postgres
from sandbox.launch.processes import Process, Program, start_process
from sandbox.launch.stack import PLATFORM, PROJECT, STRIPE_SECRET_KEY
from sandbox.launch.valkey import start_valkey

START_TIMEOUT_SECONDS = 60.0
COMMAND_TIMEOUT_SECONDS = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """The servers that all runs share; each run has a database of its own."""

    folder: Path
    postgres: LocalServer
    valkey: LocalServer
    payments: Process
    payment_url: str
    stripe_url: str
    campus: Campus

    @property
    def valkey_port(self) -> int:
        port = urlsplit(self.valkey.url).port
        assert port is not None
        return port

    def database_url(self, name: str) -> str:
        """Return the address of a database of this server."""
        return urlunsplit(urlsplit(self.postgres.url)._replace(path=f"/{name}"))

    def settings(self, peer: Peer, database: str) -> dict[str, str]:
        """Return the environment variables of the peer's processes."""
        common = {
            "DATABASE_URL": self.database_url(database),
            "REDIS_URL": self.valkey.url,
            "BENCH_PAYMENT_URL": self.payment_url,
            "PYTHONPATH": str(PROJECT),
        }
        return common if peer.environment else common | self._production_settings()

    def _production_settings(self) -> dict[str, str]:
        """What a worker of production needs beside: nothing is sent to Telegram, and Stripe's lists are empty."""
        return {
            "TELEGRAM_API_URL": f"http://{LOOPBACK}:9",  # nothing listens there
            "STRIPE_API_URL": self.stripe_url,
            "STRIPE_SECRET_KEY": STRIPE_SECRET_KEY,
            self.campus.token_variable: self.campus.bot_token,
        }

    def program(self, peer: Peer, name: str, settings: Mapping[str, str], *arguments: str) -> Program:
        """Return how one process of the peer runs."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        return Program(
            name=name,
            command=[str(python_of(peer.environment)), "-m", f"bench.engine.peers.{peer.module}", *arguments],
            log=self.folder / "logs" / f"{name}.log",
            environment={**environment, "PYTHONUNBUFFERED": "1", **settings},
            folder=PROJECT,
        )

    def restart_postgres(self) -> None:
        """Stop Postgres as an operator would, which closes all connections, and start it again."""
        process = self.postgres.process
        process.stop(START_TIMEOUT_SECONDS)
        process.restart()
        data = self.folder / "postgres"
        process.wait_until(lambda: accepts_connections(data, process.pid), timeout=START_TIMEOUT_SECONDS)


@contextmanager
def running_servers(folder: Path) -> Iterator[Servers]:
    """Run the servers for the length of a `with` block, with their data in `folder`, which is empty."""
    started: list[Process] = []
    try:
        postgres = start_postgres(folder, durable=True)
        started.append(postgres.process)
        valkey = start_valkey(folder, durable=False)
        started.append(valkey.process)
        payments, stripe, platform = free_port(), free_port(), folder / "platform.json"
        platform.write_text(json.dumps(PLATFORM))
        for name, module, port, more in (
            ("payments", "bench.engine.payments", payments, ()),
            ("stripe", "sandbox.stripe", stripe, ("--state", str(folder / "stripe"), "--platform", str(platform))),
        ):
            started.append(start_process(our_program(folder, name, module, "--port", str(port), *more)))
            started[-1].wait_until(partial(is_taken, port), timeout=START_TIMEOUT_SECONDS)
        yield Servers(
            folder=folder,
            postgres=postgres,
            valkey=valkey,
            payments=started[2],
            payment_url=f"http://{LOOPBACK}:{payments}",
            stripe_url=f"http://{LOOPBACK}:{stripe}",
            campus=create_campus(folder, "north", 10, runners=2),
        )
    finally:
        for process in reversed(started):
            process.stop()


def is_taken(port: int) -> bool:
    """Return whether a server listens on this port."""
    return not is_free(port)


def our_program(folder: Path, name: str, module: str, *arguments: str, **settings: str) -> Program:
    """Return how a module of ours runs in our environment."""
    return Program(
        name=name,
        command=[sys.executable, "-m", module, *arguments],
        log=folder / "logs" / f"{name}.log",
        environment={**os.environ, "PYTHONUNBUFFERED": "1", **settings},
        folder=PROJECT,
    )


async def prepare_server(servers: Servers) -> None:
    """Let the superuser read the write-ahead log, and let autovacuum rest: it would meet some runs and not others."""
    quiet = ("ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()")
    await execute(servers.database_url("postgres"), CREATE_EXTENSION, *quiet)


async def prepare_template(servers: Servers, peer: Peer) -> None:
    """Make the database that each run of the peer is copied from; ours is migrated and has a campus."""
    name = template_of(peer)
    await execute(servers.database_url("postgres"), f"CREATE DATABASE {name}")
    settings = servers.settings(peer, name)
    if peer.environment is None:
        run(our_program(servers.folder, "alembic", "alembic", "upgrade", "head", **settings))
        file = str(servers.campus.file)
        run(our_program(servers.folder, "campus", "workers.campus", "add", file, **settings))
    run(servers.program(peer, f"{peer.name}-prepare", settings, "prepare"))


async def make_database(servers: Servers, peer: Peer) -> str:
    """Copy the template of the peer and return the name of the copy; that of the run before is dropped."""
    await execute(
        servers.database_url("postgres"),
        "DROP DATABASE IF EXISTS bench WITH (FORCE)",
        f"CREATE DATABASE bench TEMPLATE {template_of(peer)}",
    )
    return "bench"


def template_of(peer: Peer) -> str:
    """Return the name of the template database of this peer."""
    return f"template_{peer.name.replace('-', '_')}"


def run(program: Program) -> None:
    """Run a program to its end. Raise RuntimeError with its last lines when it fails."""
    process = start_process(program)
    if process.wait(timeout=COMMAND_TIMEOUT_SECONDS) != 0:
        raise RuntimeError(f"{program.name} failed:\n{process.last_lines(20)}")


async def execute(url: str, *statements: str) -> None:
    """Run statements one by one, each on its own."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
