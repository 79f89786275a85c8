"""The composition root of the bot: everything is built, started and stopped here, and only here."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import uvloop
from redis.asyncio import Redis

from bot.transport.dispatching import new_dispatch, new_dispatcher
from bot.transport.group_care.leaving import leave_unbound_groups
from bot.transport.group_care.removals import remove_from_groups
from bot.transport.metrics import BotMetrics, DropReason, new_metrics
from bot.transport.replies.reply_queue import ReplyQueue
from bot.transport.replies.reply_sender import ReplySender, queue_replies, record_refusal, send_reply
from bot.transport.serving.bot_registry import BotRegistry
from bot.transport.serving.campus_finder import serve_campuses
from bot.transport.tracing import UpdateTraces, trace_dispatch, trace_replies
from bot.transport.update_inbox import UpdateInbox, retry_unfinished_updates
from bot.transport.user_locks import UserLocks
from bot.transport.user_rate_limit import new_rate_limiter
from bot.transport.webhook_server import WebhookContext, new_web_application
from domain.database.clock import ProcessClock, watch_clock
from domain.database.queue import make_arq_enqueue
from domain.database.unit_of_work import UnitOfWorkFactory, create_database_engine, create_unit_of_work_factory
from domain.inbox.repository import require_tables
from domain.payments.stripe_platform_repository import (
    OtherPlatformError,
    StripePlatform,
    read_stripe_platform,
    require_same_platform,
)
from domain.registers import build_registers
from domain.settings.environment_variables import DeploymentEnvironment
from domain.settings.logs import configure_logging, get_logger
from domain.settings.settings import INVALID_SETTINGS_EXIT_CODE, BotSettings
from domain.settings.timeouts import Timeout
from domain.tracing.switch import open_tracing
from webserver.bounded_server import DRAIN_TIMEOUT_SECONDS, serve_application
from webserver.connection_keeper import ConnectionKeeper
from webserver.http_refusals import HttpRefusal

SPARE_CONNECTIONS = 4  # to Postgres, for webhooks and retries; of the others each handles an update
REDIS_TIMEOUT_SECONDS = Timeout.REDIS_TAP_LIMIT.seconds
POSTGRES_RETRY_DELAY_SECONDS = Timeout.POSTGRES_RETRY.seconds

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningBot:
    """A bot that runs: the campuses it serves, its inbox, and the task that never ends by itself."""

    bot_registry: BotRegistry
    inbox: UpdateInbox
    reply_queue: ReplyQueue
    task: asyncio.Task[None]


def run_bot(settings: BotSettings) -> None:
    """Run until SIGTERM or SIGINT, then finish the requests in flight."""
    configure_logging(settings.log_level, settings.log_format)
    try:
        uvloop.run(serve_until_stopped(settings))
    except* OtherPlatformError as group:
        print(group.exceptions[0], file=sys.stderr)
        sys.exit(INVALID_SETTINGS_EXIT_CODE)


async def serve_until_stopped(settings: BotSettings) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    async with running_bot(settings) as running:
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({stopped, running.task}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if running.task.done():
            running.task.result()  # it never ends by itself: the error that ended it must end the process
        print("bot stops: finishing what is under way", flush=True)
    print("bot stopped", flush=True)


@asynccontextmanager
async def running_bot(settings: BotSettings) -> AsyncIterator[RunningBot]:
    """Run the bot in this event loop inside a `with` block; leaving the block finishes the requests in flight."""
    async with AsyncExitStack() as stack:
        enqueue, queue_pool = make_arq_enqueue(settings.redis_url)
        stack.push_async_callback(queue_pool.close)
        engine = create_database_engine(settings.database_url, pool_size=settings.postgres_connections)
        stack.push_async_callback(engine.dispose)
        redis = Redis.from_url(
            settings.redis_url, socket_timeout=REDIS_TIMEOUT_SECONDS, socket_connect_timeout=REDIS_TIMEOUT_SECONDS
        )
        stack.push_async_callback(redis.aclose)
        bot_registry = BotRegistry(settings=settings)
        stack.push_async_callback(bot_registry.close)
        open_database = create_unit_of_work_factory(engine, enqueue, build_registers())
        sender = ReplySender(bots=bot_registry.bots, database=open_database, metrics=_metrics_at_zero())
        tracing = open_tracing("bot", settings.traces_url)
        if tracing is not None:
            stack.push_async_callback(tracing.close)
        traces = None if tracing is None else UpdateTraces(tracing=tracing)
        reply_queue = _new_reply_queue(sender, traces)
        stack.push_async_callback(reply_queue.drain)
        inbox = _new_inbox(sender, reply_queue, redis, settings, traces)
        clock = ProcessClock()
        await _start_webhook_server(stack, settings, bot_registry, inbox, clock)
        # Entered last, so stopped first: no new update is handled while the rest finishes.
        is_live = settings.environment is DeploymentEnvironment.LIVE
        task = asyncio.create_task(_serve_updates(bot_registry, open_database, inbox, clock, is_live=is_live))
        stack.push_async_callback(_cancel_task, task)
        stack.callback(reply_queue.stop_within, DRAIN_TIMEOUT_SECONDS)
        yield RunningBot(bot_registry=bot_registry, inbox=inbox, reply_queue=reply_queue, task=task)


def _new_reply_queue(sender: ReplySender, traces: UpdateTraces | None) -> ReplyQueue:
    send = partial(send_reply, sender)
    return ReplyQueue(
        send=send if traces is None else trace_replies(traces, send),
        record_refusal=partial(record_refusal, sender),
        metrics=sender.metrics,
    )


def _new_inbox(
    sender: ReplySender, reply_queue: ReplyQueue, redis: Redis, settings: BotSettings, traces: UpdateTraces | None
) -> UpdateInbox:
    dispatch = new_dispatch(new_dispatcher(settings.console_url), sender.bots)
    return UpdateInbox(
        database=sender.database,
        dispatch=dispatch if traces is None else trace_dispatch(traces, dispatch),
        send_replies=partial(queue_replies, sender, reply_queue),
        check_rate_limit=new_rate_limiter(redis),
        user_locks=UserLocks(),
        slots=asyncio.Semaphore(max(settings.postgres_connections - SPARE_CONNECTIONS, 2)),
        metrics=sender.metrics,
    )


async def _start_webhook_server(
    stack: AsyncExitStack, settings: BotSettings, bot_registry: BotRegistry, inbox: UpdateInbox, clock: ProcessClock
) -> None:
    connections = ConnectionKeeper(counts=inbox.metrics.http)
    webhook_context = WebhookContext(
        inbox=inbox,
        campuses=bot_registry.by_name,
        telegram_secret=settings.telegram_webhook_secret if settings.public_url else None,
        stripe_secrets=(*settings.stripe_webhook_secrets, *settings.stripe_connect_webhook_secrets),
        is_live=settings.environment is DeploymentEnvironment.LIVE,
        is_serving=lambda: bot_registry.is_serving,
        describe_campuses=bot_registry.describe_states,
        connections=connections,
        clock=clock,
    )
    app = new_web_application(webhook_context)
    await stack.enter_async_context(serve_application(app, connections, settings.http_host, settings.http_port))


async def _serve_updates(
    bot_registry: BotRegistry,
    open_database: UnitOfWorkFactory,
    inbox: UpdateInbox,
    clock: ProcessClock,
    *,
    is_live: bool,
) -> None:
    """Serve for ever. Raise OtherPlatformError when the database belongs to Stripe's other mode."""
    await _wait_for_postgres(open_database)
    async with open_database() as work:
        require_same_platform(await read_stripe_platform(work), StripePlatform(is_live=is_live))
    async with asyncio.TaskGroup() as group:
        group.create_task(watch_clock(clock, open_database))
        group.create_task(serve_campuses(bot_registry, open_database, inbox))
        group.create_task(retry_unfinished_updates(inbox, lambda: list(bot_registry.bots)))
        group.create_task(leave_unbound_groups(open_database, bot_registry.bots))
        group.create_task(remove_from_groups(open_database, bot_registry.bots))


async def _wait_for_postgres(open_database: UnitOfWorkFactory) -> None:
    while True:
        try:
            async with open_database() as work:
                return await require_tables(work)
        except Exception as error:  # the driver raises many kinds while Postgres starts or is not migrated yet
            log.warning("postgres_unavailable", error=error)
            await asyncio.sleep(POSTGRES_RETRY_DELAY_SECONDS)


async def _cancel_task(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _metrics_at_zero() -> BotMetrics:
    """Return metrics that export their reasons before they count: a rule sees no increase in a first value."""
    metrics = new_metrics()
    for refusal in HttpRefusal:
        metrics.http.refused.labels(reason=refusal)
    for reason in DropReason:
        metrics.replies_dropped.labels(reason)
    return metrics
