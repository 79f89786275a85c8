"""The routes of the console, and what bounds each request."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Middleware
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from console.pages import engine_page, money_page, order_page, today_page
from console.pages.frame import render_notice
from console.web.answers import answer_page, answer_plain, security_headers
from console.web.metrics import ConsoleMetrics
from console.web.sessions import COOKIE_NAME, session_cookie
from console.web.telegram_login import MAX_LOGIN_BYTES, LoginRefused
from console.web.visitors import Door, Visitor, find_door, find_visitor, log_in
from domain.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from domain.errors import NotAllowed, OrderNotFound
from domain.settings.environment_variables import BotTokens
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout
from webserver.bounded_server import new_connection_middleware
from webserver.connection_keeper import ConnectionKeeper, note_genuine
from webserver.guess_brake import GuessBrake, slow_down_guess
from webserver.http_refusals import HttpRefusal, count_refusal, refuse_request
from webserver.request_bodies import BODY_TIMEOUT_SECONDS, BodyRoom, read_body

STATIC = Path(__file__).with_name("static")
REQUEST_TIMEOUT_SECONDS = Timeout.CONSOLE_REQUEST.seconds
MAX_PAGES = 32  # at the same time; admins are few
MAX_LOGINS = 4  # of the connections to Postgres some stay for the pages of those who are logged in
MAX_LOGIN_BODIES = 16  # of the largest size, at the same time
LOGIN_REFUSED = "This link is not valid any more: write /console to the bot again."
NO_ADMIN = "The console is for the admins of this campus."
NO_PAGE = "There is no such page."
NO_NUMBER = "Type the number of an order, for example 214."
MAX_NUMBER_DIGITS = 18

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
    connections: ConnectionKeeper  # counts in `metrics.http`
    metrics: ConsoleMetrics
    login_bodies: BodyRoom = field(default_factory=lambda: BodyRoom(max_bytes=MAX_LOGIN_BODIES * MAX_LOGIN_BYTES))
    guess_brake: GuessBrake = field(default_factory=GuessBrake)
    login_turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_LOGINS))
    pages_in_flight: int = 0


def new_console(context: ConsoleContext) -> web.Application:
    """Return the application with all routes. Each page is below the name of its campus."""
    middlewares = [new_connection_middleware(context.connections), _new_middleware(context)]
    app = web.Application(middlewares=middlewares)
    app.router.add_get("/health", _report_health)
    app.router.add_get("/metrics", partial(_export_metrics, context.metrics))
    app.router.add_get("/console/-/{name}", _send_static)
    app.router.add_post("/console/{campus}/login", _timed(context.metrics, "login", _login_handler(context)))
    app.router.add_get("/console/{campus}/order", _go_to_order)
    for name, path, page in (
        ("today", "", today_page.show_today),
        ("order", "orders/{order}", order_page.show_order),
        ("money", "money", money_page.show_money),
        ("engine", "engine", engine_page.show_engine),
    ):
        handler = _timed(context.metrics, name, _page_handler(context, page))
        app.router.add_get(f"/console/{{campus}}/{path}", handler)
    return app


def _timed(metrics: ConsoleMetrics, name: str, handler: Handler) -> Handler:
    """Time the requests of this page."""
    seconds = metrics.page_seconds.labels(name)

    async def handle(request: web.Request) -> web.StreamResponse:
        with seconds.time():
            return await handler(request)

    return handle


def _new_middleware(context: ConsoleContext) -> Middleware:
    counts = context.connections.counts

    @web.middleware
    async def handle(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
                response = await handler(request)
        except web.HTTPException as error:
            count_refusal(counts, HttpRefusal.ROUTE_UNKNOWN)
            response = answer_page(render_notice(NO_PAGE), error.status)
            response.force_close()
        except Exception as error:  # the driver raises many kinds: whoever looks must read something
            context.metrics.pages_failed.inc()
            log.warning("console_page_failed", path=request.path[:80], error=error)
            response = answer_page(render_notice("The page could not be made just now. Try again."), 503)
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
    """POST /console/{campus}/login: who sends slowly, or guesses, holds no connection to Postgres meanwhile."""
    counts = context.connections.counts

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await read_body(
            request, max_bytes=MAX_LOGIN_BYTES, timeout=BODY_TIMEOUT_SECONDS, room=context.login_bodies
        )
        if isinstance(body, HttpRefusal):
            return refuse_request(counts, body)
        try:
            async with context.login_turns:
                return await _with_door(context, partial(_log_in, context, body.decode(errors="replace")))(request)
        except LoginRefused:
            count_refusal(counts, HttpRefusal.LOGIN_WRONG)
        if not await slow_down_guess(context.guess_brake) and request.transport is not None:
            request.transport.abort()
        return answer_plain(LOGIN_REFUSED, 403)

    return handle


async def _log_in(
    context: ConsoleContext, signed: str, work: UnitOfWork, door: Door, request: web.Request
) -> web.Response:
    """Check what Telegram signed, and set the cookie. Raise LoginRefused for a forged or an old one."""
    try:
        cookie = await log_in(work, door, signed)
    except NotAllowed:
        return answer_plain(NO_ADMIN, 403)
    note_genuine(context.connections, request.transport)
    response = web.Response(status=204)
    response.headers.add("Set-Cookie", session_cookie(cookie, door.campus.name, is_public=context.is_public))
    return response


def _page_handler(context: ConsoleContext, page: Page) -> Handler:
    async def show(work: UnitOfWork, door: Door, request: web.Request) -> web.Response:
        try:
            visitor = await find_visitor(work, door, request.cookies.get(COOKIE_NAME, ""))
            if visitor is None:
                return answer_page(
                    render_notice("Open the console from your private chat with the bot: /console."), 401
                )
            note_genuine(context.connections, request.transport)
            return answer_page(await page(visitor, request), 200)
        except NotAllowed:
            return answer_page(render_notice(NO_ADMIN), 403)
        except OrderNotFound:
            return answer_page(render_notice("There is no such order on this campus."), 404)

    with_door = _with_door(context, show)

    async def handle(request: web.Request) -> web.StreamResponse:
        if context.pages_in_flight >= MAX_PAGES:
            return answer_plain("Too many requests at once. Try again.", 503)
        context.pages_in_flight += 1
        try:
            return await with_door(request)
        finally:
            context.pages_in_flight -= 1

    return handle


async def _go_to_order(request: web.Request) -> web.Response:
    """GET /console/{campus}/order?number=214: what somebody typed, with or without the sign of a number."""
    number = request.query.get("number", "").strip().removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) <= MAX_NUMBER_DIGITS):
        return answer_page(render_notice(NO_NUMBER), 400)
    place = f"/console/{quote(request.match_info['campus'], safe='')}/orders/{int(number)}"
    return web.Response(status=303, headers={"Location": place, "Cache-Control": "no-store"})


async def _send_static(request: web.Request) -> web.StreamResponse:
    """GET /console/-/{name}: the styles and the script of the pages."""
    names = {each.name for each in STATIC.iterdir()}
    if request.match_info["name"] not in names:
        raise web.HTTPNotFound
    return web.FileResponse(STATIC / request.match_info["name"], headers={"Cache-Control": "no-cache"})


async def _export_metrics(metrics: ConsoleMetrics, _request: web.Request) -> web.Response:
    """GET /metrics: for Prometheus, inside the deployment only; a proxy passes nothing but /console/."""
    return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _report_health(_request: web.Request) -> web.Response:
    """GET /health: the process is alive."""
    return web.json_response({"ok": True})
