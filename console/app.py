"""The composition root of the console: everything is built, started and stopped here, and only here."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import uvloop

from console.web.server import ConsoleContext, new_console, serve_console
from domain.database.registers import Registers
from domain.database.unit_of_work import QueueJob, create_database_engine, create_unit_of_work_factory
from domain.registers import build_saga_register
from domain.settings.logs import configure_logging
from domain.settings.settings import ConsoleSettings

MAX_CONNECTIONS = 6  # to Postgres: a page is a few short statements


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
    engine = create_database_engine(settings.database_url, pool_size=MAX_CONNECTIONS, read_only=True)
    registers = Registers(build_saga_register())
    context = ConsoleContext(
        database=create_unit_of_work_factory(engine, _enqueue_nothing, registers),
        tokens=settings.tokens,
        is_public=(settings.console_url or "").startswith("https://"),
    )
    try:
        async with serve_console(new_console(context), settings.http_host, settings.console_port) as port:
            yield f"http://{settings.http_host}:{port}"
    finally:
        await engine.dispose()


async def _enqueue_nothing(jobs: Sequence[QueueJob]) -> None:
    """Take the jobs of a transaction that only read. Raise RuntimeError when there is one."""
    if jobs:
        raise RuntimeError("the console starts no work")
