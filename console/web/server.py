"""The routes of the console, and what bounds each request."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Middleware

from console.pages import engine_page, money_page, order_page, today_page
from console.pages.frame import render_notice
from console.web.answers import answer_page, answer_plain, security_headers
from console.web.door_limits import CONNECTION_OPTIONS, MAX_REQUESTS, listen
from console.web.sessions import COOKIE_NAME, SESSION_LENGTH
from console.web.telegram_login import MAX_LOGIN_BYTES, LoginRefused
from console.web.visitors import Door, Visitor, find_door, find_visitor, log_in
from domain.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.errors import NotAllowed, OrderNotFound
from domain.settings.environment_variables import BotTokens
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout

STATIC = Path(__file__).with_name("static")
REQUEST_TIMEOUT_SECONDS = Timeout.CONSOLE_REQUEST.seconds
LOGIN_REFUSED = "This link is not valid any more: write /console to the bot again."
NO_ADMIN = "The console is for the admins of this campus."
NO_PAGE = "There is no such page."

log = get_logger(__name__)

Page = Callable[[Visitor, web.Request], Awaitable[str]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
DoorHandler = Callable[[UnitOfWork, Door, web.Request], Awaitable[web.Response]]


@dataclass(slots=True, kw_only=True)
class ConsoleContext:
    """What the routes need; `is_public` says that browsers come by https."""

    database: UnitOfWorkFactory
    tokens: BotTokens = field(repr=False)
    is_public: bool
    in_flight: int = 0


def new_console(context: ConsoleContext) -> web.Application:
    """Return the application with all routes. Each page is below the name of its campus."""
    app = web.Application(middlewares=[_new_middleware(context)], client_max_size=MAX_LOGIN_BYTES * 2)
    app.router.add_get("/health", _report_health)
    app.router.add_get("/console/-/{name}", _send_static)
    app.router.add_post("/console/{campus}/login", _login_handler(context))
    for path, page in (
        ("", today_page.show_today),
        ("orders/{order}", order_page.show_order),
        ("money", money_page.show_money),
        ("engine", engine_page.show_engine),
    ):
        app.router.add_get(f"/console/{{campus}}/{path}", _with_door(context, _page_handler(page)))
    return app


@asynccontextmanager
async def serve_console(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve inside a `with` block, and yield the port; leaving it finishes the requests in flight."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=REQUEST_TIMEOUT_SECONDS, **CONNECTION_OPTIONS)
    await runner.setup()
    try:
        async with listen(runner, host, port) as bound:
            yield bound
    finally:
        await runner.cleanup()


def _new_middleware(context: ConsoleContext) -> Middleware:
    @web.middleware
    async def handle(request: web.Request, handler: Handler) -> web.StreamResponse:
        if context.in_flight >= MAX_REQUESTS:
            return answer_plain("Too many requests at once.", 503)
        context.in_flight += 1
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
                response = await handler(request)
        except web.HTTPException as error:
            response = answer_page(render_notice(NO_PAGE), error.status)
        except Exception as error:  # the driver raises many kinds: whoever looks must read something
            log.warning("console_page_failed", path=request.path[:80], error=error)
            response = answer_page(render_notice("The page could not be made just now. Try again."), 503)
        finally:
            context.in_flight -= 1
        response.headers.update(security_headers(is_public=context.is_public))
        return response

    return handle


def _with_door(context: ConsoleContext, handler: DoorHandler) -> Handler:
    """Open the transaction of a request, and find the campus that its path names."""

    async def handle(request: web.Request) -> web.Response:
        async with context.database() as work:
            door = await find_door(work, context.tokens, request.match_info["campus"])
            if door is None:
                return answer_page(render_notice(NO_PAGE), 404)
            return await handler(work, door, request)

    return handle


def _login_handler(context: ConsoleContext) -> Handler:
    """Read the body first: who sends it slowly must not hold a connection to Postgres meanwhile."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            async with asyncio.timeout(Timeout.HTTP_BODY.seconds):
                signed = await request.text()
        except TimeoutError:
            return answer_plain("The request came too slowly.", 408)
        return await _with_door(context, partial(_log_in, context, signed))(request)

    return handle


async def _log_in(
    context: ConsoleContext, signed: str, work: UnitOfWork, door: Door, _request: web.Request
) -> web.Response:
    """POST /console/{campus}/login: check what Telegram signed, and set the cookie; else 403 with one sentence."""
    try:
        cookie = await log_in(work, door, signed)
    except LoginRefused:
        return answer_plain(LOGIN_REFUSED, 403)
    except NotAllowed:
        return answer_plain(NO_ADMIN, 403)
    response = web.Response(status=204)
    response.set_cookie(
        COOKIE_NAME,
        cookie,
        max_age=int(SESSION_LENGTH.total_seconds()),
        path=f"/console/{door.campus.name}",
        httponly=True,
        secure=context.is_public,
        samesite="None" if context.is_public else "Lax",  # Telegram's web client shows the console in a frame
    )
    return response


def _page_handler(page: Page) -> DoorHandler:
    async def handle(work: UnitOfWork, door: Door, request: web.Request) -> web.Response:
        try:
            visitor = await find_visitor(work, door, request.cookies.get(COOKIE_NAME, ""))
            if visitor is None:
                return answer_page(
                    render_notice("Open the console from your private chat with the bot: /console."), 401
                )
            return answer_page(await page(visitor, request), 200)
        except NotAllowed:
            return answer_page(render_notice(NO_ADMIN), 403)
        except OrderNotFound:
            return answer_page(render_notice("There is no such order on this campus."), 404)

    return handle


async def _send_static(request: web.Request) -> web.StreamResponse:
    """GET /console/-/{name}: the styles and the script of the pages."""
    names = {each.name for each in STATIC.iterdir()}
    if request.match_info["name"] not in names:
        raise web.HTTPNotFound
    return web.FileResponse(STATIC / request.match_info["name"], headers={"Cache-Control": "no-cache"})


async def _report_health(_request: web.Request) -> web.Response:
    """GET /health: the process is alive."""
    return web.json_response({"ok": True})
