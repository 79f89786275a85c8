"""The sandbox as a server: listening, ticking with time, delivering events, stopping."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from sandbox.stripe.controls import CONTROLS
from sandbox.stripe.delivery import Receiver
from sandbox.stripe.door import answer_call
from sandbox.stripe.pages import PAGES
from sandbox.stripe.routes import settle
from sandbox.stripe.sandbox import SANDBOX, Sandbox, build_sandbox

TICK = 0.5  # seconds between looks at what time has brought
GOODBYE = 0.3  # seconds open calls get when the sandbox stops


def build_app(sandbox: Sandbox) -> web.Application:
    """The sandbox's web application."""
    app = web.Application(client_max_size=4 * 1024**2)
    app[SANDBOX] = sandbox
    app.add_routes([*CONTROLS, *PAGES, web.route("*", "/{path:.*}", answer_call)])
    return app


@asynccontextmanager
async def running_stripe(
    *,
    state: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    webhook: str | None = None,
    webhook_secret: str | None = None,
    connect_webhook_secret: str | None = None,
    enabled_events: Sequence[str] = ("*",),
) -> AsyncIterator[str]:
    """Run a sandbox and yield its address; port 0 takes a free one, without a state folder nothing is kept."""
    transcript = os.environ.get("SANDBOX_TRANSCRIPT_DIR")
    sandbox = build_sandbox(
        state=state,
        transcript=Path(transcript) if transcript else None,
        receiver=Receiver(
            url=webhook, secret=webhook_secret, connect_secret=connect_webhook_secret, enabled=enabled_events
        ),
    )
    runner = web.AppRunner(build_app(sandbox), access_log=None, shutdown_timeout=GOODBYE)
    await runner.setup()
    tasks = [asyncio.create_task(sandbox.delivery.run()), asyncio.create_task(_tick(sandbox))]
    sandbox.delivery.wake()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        sandbox.stopping.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await runner.cleanup()
        sandbox.close()


async def _tick(sandbox: Sandbox) -> None:
    while True:
        await asyncio.sleep(TICK)
        settle(sandbox.world)
        sandbox.commit()
