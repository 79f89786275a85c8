"""The sandbox's HTTP server and its background tasks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from sandbox.server.serving import running_app, transcript_folder
from sandbox.stripe.api_calls import answer_api_call
from sandbox.stripe.dashboard.page import DASHBOARD_ROUTES
from sandbox.stripe.hosted_pages import PAGE_ROUTES
from sandbox.stripe.routes import apply_due_changes
from sandbox.stripe.stripe_control import CONTROL_ROUTES
from sandbox.stripe.stripe_sandbox import STRIPE_SANDBOX, StripeSandbox, build_stripe_sandbox
from sandbox.stripe.webhook_sender import WebhookReceiver

TICK_SECONDS = 0.5  # between two checks for due changes


def make_stripe_app(sandbox: StripeSandbox) -> web.Application:
    app = web.Application(client_max_size=12 * 1024**2)
    app[STRIPE_SANDBOX] = sandbox
    app.cleanup_ctx.append(_run_background_tasks)
    app.add_routes([*CONTROL_ROUTES, *PAGE_ROUTES, *DASHBOARD_ROUTES, web.route("*", "/{path:.*}", answer_api_call)])
    return app


@asynccontextmanager
async def running_stripe(
    *,
    state: Path | None = None,
    receiver: WebhookReceiver | None = None,
    profile: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> AsyncIterator[str]:
    """Run a sandbox and yield its address.

    Port 0 picks a free port. Without a state folder nothing is kept after the sandbox stops.
    """
    sandbox = build_stripe_sandbox(
        state=state, transcript=transcript_folder(), receiver=receiver or WebhookReceiver(), profile=profile
    )
    sandbox.webhook_sender.wake()
    async with running_app(make_stripe_app(sandbox), host=host, port=port) as url:
        try:
            yield url
        finally:
            sandbox.stopping.set()


async def _run_background_tasks(app: web.Application) -> AsyncIterator[None]:
    sandbox = app[STRIPE_SANDBOX]
    tasks = [
        asyncio.create_task(sandbox.webhook_sender.run()),
        asyncio.create_task(_apply_due_changes_forever(sandbox)),
    ]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    sandbox.close()


async def _apply_due_changes_forever(sandbox: StripeSandbox) -> None:
    while True:
        await asyncio.sleep(TICK_SECONDS)
        apply_due_changes(sandbox.world)
        sandbox.commit()
