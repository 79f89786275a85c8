"""The composition root of the conversation: everything is built, started and stopped here, and only here."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import uvloop
from aiohttp import web
from redis.asyncio import Redis

from bot.campuses import Served, serve_campuses
from bot.dispatching import dispatch_through, new_dispatcher
from bot.gateway import Door, make_door
from bot.inbox import Inbox, finish_unfinished
from bot.limits import limit_everywhere
from bot.lines import Lines
from bot.measures import new_measures
from bot.speaking import Mouth, speak
from domain.environment import World
from domain.logs import configure_logging, get_logger
from domain.settings import BotSettings
from domain.store.bell import arq_ring
from domain.store.inbox import require_tables
from domain.store.unit_of_work import Database, connect, database

CONNECTIONS = 12  # to Postgres
AT_ONCE = 8  # updates handled at the same time; the rest of the connections is for the door and second thoughts
REDIS_WITHIN = 0.2  # seconds; counting actions must not make a person wait
DRAIN_WITHIN = 20.0  # seconds for requests under way when we are told to stop
PROGRESS_EVERY = 2.0  # seconds

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A conversation that is going on: what it serves, and the task that does so for ever."""

    served: Served
    inbox: Inbox
    work: asyncio.Task[None]


def run(settings: BotSettings) -> None:
    """Run until SIGTERM or SIGINT, then finish what is under way."""
    configure_logging(settings.log_level, settings.log_format)
    uvloop.run(serve(settings))


async def serve(settings: BotSettings) -> None:
    """Serve until a signal asks to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    async with running_bot(settings) as running:
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({stopped, running.work}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if running.work.done():
            running.work.result()  # it never ends by itself: whatever broke it ends the process, loudly
        print("bot stops: finishing what is under way", flush=True)
    print("bot stopped", flush=True)


@asynccontextmanager
async def running_bot(settings: BotSettings) -> AsyncIterator[Running]:
    """The whole conversation, in this event loop, for the length of a `with` block; leaving it drains."""
    async with AsyncExitStack() as stack:
        ring, bells = arq_ring(settings.redis_url)
        stack.push_async_callback(bells.close)
        engine = connect(settings.database_url, size=CONNECTIONS)
        stack.push_async_callback(engine.dispose)
        redis = Redis.from_url(settings.redis_url, socket_timeout=REDIS_WITHIN, socket_connect_timeout=REDIS_WITHIN)
        stack.push_async_callback(redis.aclose)
        served = Served(settings=settings)
        stack.push_async_callback(served.close)
        open_database = database(engine, ring)
        inbox = _inbox(served, open_database, redis)
        await _open_door(stack, settings, served, inbox)
        # Entered last, so left first: nothing new is taken up while the rest drains.
        work = asyncio.create_task(_work(served, open_database, inbox))
        stack.push_async_callback(_finish, work)
        yield Running(served=served, inbox=inbox, work=work)


def _inbox(served: Served, open_database: Database, redis: Redis) -> Inbox:
    measures = new_measures()
    mouth = Mouth(bots=served.bots, database=open_database, measures=measures)
    return Inbox(
        database=open_database,
        dispatch=dispatch_through(new_dispatcher(), served.bots),
        speak=partial(speak, mouth),
        limit=limit_everywhere(redis),
        lines=Lines(),
        slots=asyncio.Semaphore(AT_ONCE),
        measures=measures,
    )


async def _open_door(stack: AsyncExitStack, settings: BotSettings, served: Served, inbox: Inbox) -> None:
    door = Door(
        inbox=inbox,
        campuses=served.by_name,
        telegram_secret=settings.telegram_webhook_secret if settings.public_url else None,
        stripe_secrets=(*settings.stripe_webhook_secrets, *settings.stripe_connect_webhook_secrets),
        live=settings.environment is World.LIVE,
        serving=served.ready.is_set,
    )
    runner = web.AppRunner(make_door(door), access_log=None, shutdown_timeout=DRAIN_WITHIN)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, settings.http_host, settings.http_port).start()


async def _work(served: Served, open_database: Database, inbox: Inbox) -> None:
    await _wait_for_postgres(open_database)
    async with asyncio.TaskGroup() as group:
        group.create_task(serve_campuses(served, open_database, inbox))
        group.create_task(finish_unfinished(inbox, lambda: list(served.bots)))


async def _wait_for_postgres(open_database: Database) -> None:
    while True:
        try:
            async with open_database() as work:
                return await require_tables(work)
        except Exception as error:  # whatever the driver raises while Postgres starts or is not migrated yet
            print(f"bot waits for Postgres: {type(error).__name__}", flush=True)
            await asyncio.sleep(PROGRESS_EVERY)


async def _finish(work: asyncio.Task[None]) -> None:
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
