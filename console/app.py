"""The composition root of the console: everything is built, started and stopped here, and only here."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import uvloop

from console.web.metrics import new_console_metrics
from console.web.server import ConsoleContext, new_console
from domain.database.registers import Registers
from domain.database.unit_of_work import (
    QueueJob,
    UnitOfWorkFactory,
    create_database_engine,
    create_unit_of_work_factory,
)
from domain.registers import build_saga_register
from domain.settings.logs import configure_logging
from domain.settings.settings import ConsoleSettings
from webserver.bounded_server import serve_application
from webserver.connection_keeper import ConnectionKeeper
from webserver.connection_limits import ConnectionLimits

MAX_CONNECTIONS = 6  # to Postgres: a page is a few short statements
MAX_BROWSER_CONNECTIONS = 200  # smaller than the bot's, as admins are few


def run_console(settings: ConsoleSettings) -> None:
    """Run until SIGTERM or SIGINT, then finish the requests in flight."""
    configure_logging(settings.log_level, settings.log_format)
    uvloop.run(_serve_until_stopped(settings))


async def _serve_until_stopped(settings: ConsoleSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    async with running_console(settings) as url:
        print(f"console ready on {url}", flush=True)
        await stop.wait()
    print("console stopped", flush=True)


@asynccontextmanager
async def running_console(settings: ConsoleSettings) -> AsyncIterator[str]:
    """Run the console inside a `with` block, and yield its address on this machine."""
    limits = ConnectionLimits(max_connections=MAX_BROWSER_CONNECTIONS)
    metrics = new_console_metrics()
    connections = ConnectionKeeper(counts=metrics.http, limits=limits)
    async with open_console_database(settings.database_url) as database:
        context = ConsoleContext(
            database=database,
            tokens=settings.tokens,
            is_public=(settings.console_url or "").startswith("https://"),
            connections=connections,
            metrics=metrics,
        )
        app, host = new_console(context), settings.http_host
        async with serve_application(app, connections, host, settings.console_port) as port:
            yield f"http://{host}:{port}"


@asynccontextmanager
async def open_console_database(database_url: str) -> AsyncIterator[UnitOfWorkFactory]:
    """Open connections to the database inside a `with` block, on which nothing is written."""
    engine = create_database_engine(database_url, pool_size=MAX_CONNECTIONS, read_only=True)
    try:
        yield create_unit_of_work_factory(engine, _enqueue_nothing, Registers(build_saga_register()))
    finally:
        await engine.dispose()


async def _enqueue_nothing(jobs: Sequence[QueueJob]) -> None:
    """Take the jobs of a transaction that only read. Raise RuntimeError when there is one."""
    if jobs:
        raise RuntimeError("the console starts no work")
