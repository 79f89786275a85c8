"""Finding the campuses to serve while the process runs: each gets a task, and no task waits for another."""

import asyncio
from collections.abc import Sequence
from traceback import format_tb

import aiohttp

from bot.transport.polling import LONG_POLL_TIMEOUT_SECONDS, UpdatesInFlight
from bot.transport.serving.bot_registry import CALL_TIMEOUT_SECONDS, BotRegistry
from bot.transport.serving.campus_server import CampusServer, serve_campus
from bot.transport.update_inbox import UpdateInbox
from domain.campuses.campus import Campus
from domain.campuses.repository import list_campuses
from domain.database.unit_of_work import UnitOfWorkFactory
from domain.settings.logs import get_logger
from domain.settings.timeouts import Timeout

CAMPUS_POLL_INTERVAL_SECONDS = Timeout.CAMPUS_POLL_INTERVAL.seconds
RETRY_DELAY_SECONDS = Timeout.BOT_SET_UP_RETRY.seconds

log = get_logger(__name__)


async def serve_campuses(bot_registry: BotRegistry, open_database: UnitOfWorkFactory, inbox: UpdateInbox) -> None:
    """Start a task for each campus that has a token, for ever; campuses are added while the process runs."""
    timeout = aiohttp.ClientTimeout(total=LONG_POLL_TIMEOUT_SECONDS + CALL_TIMEOUT_SECONDS)
    started = set[int]()
    async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
        while True:
            campuses = await _find_campuses(open_database)
            for campus in campuses:
                token = _find_token(bot_registry, campus, is_only_campus=len(campuses) == 1)
                if campus.id in started or token is None:
                    continue
                started.add(campus.id)
                server = CampusServer(
                    campus=campus,
                    token=token,
                    registry=bot_registry,
                    database=open_database,
                    inbox=inbox,
                    session=session,
                    in_flight=UpdatesInFlight(),
                )
                group.create_task(_keep_serving(server))
            await asyncio.sleep(CAMPUS_POLL_INTERVAL_SECONDS if started else RETRY_DELAY_SECONDS)


async def _keep_serving(server: CampusServer) -> None:
    """Serve one campus for ever; an error of ours is logged, and ends neither this campus nor another."""
    while True:
        try:
            await serve_campus(server)
        except Exception as error:
            server.registry.set_state(server.campus.name, is_serving=False, trouble=type(error).__name__)
            _log_fault(server.campus, error)
            await asyncio.sleep(RETRY_DELAY_SECONDS)


def _log_fault(campus: Campus, error: Exception) -> None:
    """Log the traceback and the kind of an error only: the text of a client's error may hold the URL with the token."""
    trace = "".join(format_tb(error.__traceback__))
    log.error("campus_not_served", campus=campus.id, error=type(error).__name__, traceback=trace)


async def _find_campuses(open_database: UnitOfWorkFactory) -> Sequence[Campus]:
    try:
        async with open_database() as work:
            campuses = await list_campuses(work)
    except Exception as error:  # the database is away: the bots that run keep running
        log.warning("campuses_not_read", error=error)
        return ()
    if not campuses:
        print("bot waits for a campus: python -m workers.campus add FILE", flush=True)
    return campuses


def _find_token(bot_registry: BotRegistry, campus: Campus, *, is_only_campus: bool) -> str | None:
    token = bot_registry.settings.tokens.token_for(campus.name, is_only_campus=is_only_campus)
    if token is None:
        variable = f"TELEGRAM_BOT_TOKEN_{campus.name.upper()}"
        if bot_registry.set_state(campus.name, is_serving=False, trouble=f"{variable} is not set"):
            print(f"bot does not serve {campus.name}: {variable} is not set", flush=True)
    return token
