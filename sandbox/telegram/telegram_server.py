"""The HTTP server of the Bot API and the control API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import web

from sandbox.server.serving import running_app
from sandbox.telegram.bot_api import TELEGRAM, answer_file, answer_method, answer_not_found
from sandbox.telegram.control import add_control
from sandbox.telegram.telegram_sandbox import open_telegram_sandbox

MAX_REQUEST_BYTES: Final = 60 * 1024 * 1024  # the real service takes uploads up to 50 MB


def make_telegram_app(*, state: Path | None = None, transcript: Path | None = None) -> web.Application:
    """Build the application; `state` is the folder of the state, `transcript` the folder of telegram.jsonl."""
    app = web.Application(client_max_size=MAX_REQUEST_BYTES)
    app[TELEGRAM] = open_telegram_sandbox(state, transcript)
    app.router.add_route("*", "/bot{token:[^/]+}/{method}", answer_method)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", answer_file)
    add_control(app)
    app.router.add_route("*", "/{anything:.*}", answer_not_found)
    app.on_startup.append(_start_courier)
    app.on_shutdown.append(_end_all_waits)
    app.on_cleanup.append(_close_sandbox)
    return app


async def _start_courier(app: web.Application) -> None:
    await app[TELEGRAM].courier.open()


async def _end_all_waits(app: web.Application) -> None:
    app[TELEGRAM].end_all_waits()


async def _close_sandbox(app: web.Application) -> None:
    telegram = app[TELEGRAM]
    await telegram.courier.close()
    telegram.transcript.close()
    telegram.journal.close()


@asynccontextmanager
async def running_telegram(
    *, state: Path | None = None, transcript: Path | None = None, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Run a sandbox and yield its URL, without a slash at the end; port 0 picks a free port."""
    async with running_app(make_telegram_app(state=state, transcript=transcript), host=host, port=port) as url:
        yield url
