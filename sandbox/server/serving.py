"""Serves an application: for the length of a block, or as a process until it is stopped."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from aiohttp import web

SHUTDOWN_TIMEOUT_SECONDS = 0.3  # for requests in flight when the server stops


@asynccontextmanager
async def running_app(app: web.Application, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve an application and yield its URL, without a slash at the end; port 0 picks a free port."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def serve_until_stopped(name: str, running: AbstractAsyncContextManager[str]) -> None:
    """Run a server and print its address; return after SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running as url:
        print(f"{name} on {url}", flush=True)
        await stop.wait()


def transcript_folder() -> Path | None:
    """Return the folder for transcripts that the environment names, or None."""
    folder = os.environ.get("SANDBOX_TRANSCRIPT_DIR")
    return Path(folder) if folder else None
