"""The chat page's HTTP server: static files, sample pictures, and the control API forwarded under the same origin.

It is a separate process, so that it can be left out or restarted while the stand-in and its updates are not affected.
The control API is forwarded, so that the browser needs no access to another origin. The Content-Security-Policy allows
the browser to load from this origin only.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp import web

from sandbox.page.chat_views import ChatView, WebAppLink
from sandbox.page.sample_pictures import PICTURES, paint_picture
from sandbox.server.serving import running_app

STATIC: Final = Path(__file__).with_name("static")
TELEGRAM: Final = web.AppKey("telegram", str)
VIEWS: Final = web.AppKey("views", tuple[ChatView, ...])
WEB_APP: Final = web.AppKey[WebAppLink | None]("web_app")
SESSION: Final = web.AppKey("session", aiohttp.ClientSession)
# Seconds. The longest wait of the control API is 60.
REQUEST_TIMEOUT: Final = aiohttp.ClientTimeout(total=90, connect=5)
MAX_REQUEST_BYTES: Final = 60 * 1024 * 1024  # as in the stand-in
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; form-action 'none'"
)

PageHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_page_app(
    telegram_url: str, views: tuple[ChatView, ...] = (), web_app: WebAppLink | None = None
) -> web.Application:
    """Build the application; `telegram_url` has no slash at the end, `views` are the chats of the first visit."""
    app = web.Application(client_max_size=MAX_REQUEST_BYTES, middlewares=[_add_security_headers])
    app[TELEGRAM], app[VIEWS], app[WEB_APP] = telegram_url, views, web_app
    app.cleanup_ctx.append(_open_session)
    app.router.add_get("/", _show_page)
    app.router.add_get("/setup", _show_setup)
    app.router.add_get("/pictures/{name}.png", _show_picture)
    app.router.add_route("*", "/sim/{path:.+}", _forward_to_telegram)
    app.router.add_static("/static", STATIC)
    return app


@asynccontextmanager
async def running_page(
    telegram_url: str,
    views: tuple[ChatView, ...] = (),
    web_app: WebAppLink | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
) -> AsyncIterator[str]:
    """Run a page and yield its URL, without a slash at the end; port 0 picks a free port."""
    async with running_app(make_page_app(telegram_url, views, web_app), host=host, port=port) as url:
        yield url


async def _open_session(app: web.Application) -> AsyncIterator[None]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=REQUEST_TIMEOUT, connector=connector, auto_decompress=False) as app[
        SESSION
    ]:
        yield


@web.middleware
async def _add_security_headers(request: web.Request, handler: PageHandler) -> web.StreamResponse:
    answer = await handler(request)
    answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if not request.path.startswith(("/pictures/", "/sim/files/")):
        answer.headers["Cache-Control"] = "no-cache"  # so that a changed page is loaded at the next visit
    return answer


async def _show_page(_request: web.Request) -> web.StreamResponse:
    return web.FileResponse(STATIC / "index.html")


async def _show_setup(request: web.Request) -> web.Response:
    """GET /setup: return the chats of the first visit, the names of the pictures, and the Web App of the head."""
    views, web_app = [asdict(view) for view in request.app[VIEWS]], request.app[WEB_APP]
    linked = None if web_app is None else asdict(web_app)
    return web.json_response({"views": views, "pictures": list(PICTURES), "web_app": linked})


async def _show_picture(request: web.Request) -> web.Response:
    """GET /pictures/{name}.png: return a sample picture."""
    if request.match_info["name"] not in PICTURES:
        raise web.HTTPNotFound
    return web.Response(body=paint_picture(request.match_info["name"]), content_type="image/png")


async def _forward_to_telegram(request: web.Request) -> web.Response:
    """Forward a request under /sim to the stand-in."""
    url = f"{request.app[TELEGRAM]}{request.path}"
    body = await request.read()
    try:
        async with request.app[SESSION].request(request.method, url, params=request.query, data=body) as answer:
            return web.Response(body=await answer.read(), status=answer.status, content_type=answer.content_type)
    except (aiohttp.ClientError, TimeoutError):
        return web.json_response({"error": "The Telegram stand-in does not answer."}, status=502)
