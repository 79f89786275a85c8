"""The HTTP server that holds the Bot API and the control API together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from aiohttp import web

from .bot_api import TELEGRAM, answer_file, answer_method, answer_unknown
from .control import add_control
from .telegram import found_telegram

MAX_REQUEST: Final = 60 * 1024 * 1024  # bytes; the real service takes uploads up to 50 MB
SHUTDOWN_WINDOW: Final = 0.3  # seconds that requests under way get when the server stops


def make_app(*, state: Path | None = None, transcript: Path | None = None) -> web.Application:
    """The application; `state` is the folder to remember in, `transcript` the folder for telegram.jsonl."""
    app = web.Application(client_max_size=MAX_REQUEST)
    app[TELEGRAM] = found_telegram(state, transcript)
    app.router.add_route("*", "/bot{token:[^/]+}/{method}", answer_method)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", answer_file)
    add_control(app)
    app.router.add_route("*", "/{anything:.*}", answer_unknown)
    app.on_startup.append(_open)
    app.on_shutdown.append(_silence)
    app.on_cleanup.append(_close)
    return app


async def _open(app: web.Application) -> None:
    await app[TELEGRAM].courier.open()


async def _silence(app: web.Application) -> None:
    app[TELEGRAM].silence()


async def _close(app: web.Application) -> None:
    telegram = app[TELEGRAM]
    await telegram.courier.close()
    telegram.transcript.close()
    telegram.journal.close()


@asynccontextmanager
async def running_telegram(
    *, state: Path | None = None, transcript: Path | None = None, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """A running sandbox; gives its URL without a slash at the end; port 0 takes a free one."""
    app = make_app(state=state, transcript=transcript)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_WINDOW)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
