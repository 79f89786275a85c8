"""A webhook that answers as a test tells it to and stores what it received."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.people.control_clients import Json
from sandbox.server.serving import running_app


@dataclass(slots=True, kw_only=True)
class WebhookReceiver:
    """The received updates with their secrets. `answers` are the next statuses to return, then 200.

    Status 0 means: answer 200 only after `hold` is set.
    """

    url: str = ""
    answers: deque[int] = field(default_factory=deque)
    received: asyncio.Queue[tuple[Json, str | None]] = field(default_factory=asyncio.Queue)
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    async def next_update(self) -> Json:
        """Return the next update. Raise TimeoutError after ten seconds."""
        return (await asyncio.wait_for(self.received.get(), 10))[0]

    async def handle_request(self, request: web.Request) -> web.Response:
        """Store an update and answer it."""
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        update = await request.json()
        self.received.put_nowait((update, secret))
        status = self.answers.popleft() if self.answers else 200
        if status == 0:
            await self.hold.wait()
            status = 200
        headers = {"Retry-After": "1000"} if status == 503 else {}
        return web.Response(status=status, headers=headers)


@asynccontextmanager
async def running_webhook_receiver() -> AsyncIterator[WebhookReceiver]:
    """Run a webhook on a free port."""
    receiver = WebhookReceiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle_request)
    async with running_app(app) as url:
        receiver.url = f"{url}/hook"
        yield receiver
        receiver.hold.set()
