"""A bot and a worker in one process: what the bot enqueues, the worker does when told, one job after the other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import Pool

from domain.campuses.repository import find_campus
from domain.database.queue import QUEUE_NAME, LazyArqPool
from domain.database.unit_of_work import (
    QueueJob,
    UnitOfWorkFactory,
    create_autocommit_factory,
    create_database_engine,
    create_unit_of_work_factory,
)
from sandbox.launch.stack import WEBHOOK_EVENTS
from sandbox.stripe.stripe_server import running_stripe
from tests.stack.bot_stack import CONNECT_SECRET, NORTH, STRIPE_SECRET, BotStack, wait_until
from tests.stack.database_pool import autocommit_database
from tests.stack.worker_stack import WorkerStack
from workers.engine.jobs import JOBS, run_due_of_order
from workers.engine.worker_context import WorkerContext
from workers.registers import build_worker_registers
from workers.scheduling.local_tasks import JobFunction
from workers.stripe.gateway import open_stripe_gateway
from workers.telegram.rate_limit import open_telegram_rate_limiter
from workers.telegram.sender import open_telegram_sender
from workers.telegram.sender_context import SenderContext


def jobs_one_by_one() -> dict[str, JobFunction]:
    """The jobs by name; those that one job starts at once wait for each other, so that each run sends the same."""
    turn = asyncio.Lock()

    def take_turns(job: JobFunction) -> JobFunction:
        async def wait_and_do(ctx: dict[str, Any], subject_id: str) -> None:
            async with turn:
                await job(ctx, subject_id)

        return wait_and_do

    return {job.__name__: job if job is run_due_of_order else take_turns(job) for job in JOBS}


@dataclass(slots=True, kw_only=True)
class ProductStack:
    """The campus north with its bot and its worker."""

    bot: BotStack
    worker: WorkerStack
    worker_pool: Pool
    arq_context: dict[str, Any]
    enqueued_by_bot: LazyArqPool
    own_jobs: list[QueueJob] = field(default_factory=list)

    async def run_worker(self) -> None:
        """Do all jobs of the bot and of the worker's own commits, until none is left and Stripe was heard out."""
        while await self._run_jobs() or await self._run_jobs_of_bot() or await self._hear_stripe():
            pass

    async def _run_jobs(self) -> bool:
        """Do the jobs of the worker's own commits, as its local tasks would."""
        jobs = list(self.own_jobs)
        self.own_jobs.clear()
        await self._forget_rate_limits()
        for job in jobs:
            await self.arq_context["jobs"][job.name](self.arq_context, job.subject_id)
        return bool(jobs)

    async def _run_jobs_of_bot(self) -> bool:
        arq = await self.enqueued_by_bot.get()
        jobs = sorted(await arq.queued_jobs(), key=lambda job: (job.score or 0, job.enqueue_time))
        await arq.delete(QUEUE_NAME, *(f"arq:job:{job.job_id}" for job in jobs))
        await self._forget_rate_limits()
        for job in jobs:
            await self.arq_context["jobs"][job.function](self.arq_context, *job.args)
        return bool(jobs)

    async def _forget_rate_limits(self) -> None:
        """Let nothing wait for a limit: what waits would be sent with other things, or later."""
        redis = await self.enqueued_by_bot.get()
        limits = [key for key in await redis.keys() if not key.startswith(b"arq:") and key != QUEUE_NAME.encode()]
        if limits:
            await redis.delete(*limits)

    async def _hear_stripe(self) -> bool:
        """Wait until the bot has taken all events; return whether there were some that no job has handled."""

        async def all_taken() -> bool:
            events = await self.worker.inspect_stripe("objects", kind="event")
            return not any(event["pending_webhooks"] for event in events)

        await wait_until(all_taken)
        return bool(await (await self.enqueued_by_bot.get()).queued_jobs())


@asynccontextmanager
async def running_product(bot: BotStack) -> AsyncIterator[ProductStack]:
    """Run a worker and a Stripe stand-in beside this bot."""
    own_jobs: list[QueueJob] = []

    async def do_later(jobs: Sequence[QueueJob]) -> None:
        own_jobs.extend(jobs)

    async with AsyncExitStack() as resources:
        engine = create_database_engine(bot.settings.database_url)
        resources.push_async_callback(engine.dispose)
        database = create_unit_of_work_factory(engine, do_later, build_worker_registers())
        stripe_url = await resources.enter_async_context(running_stripe())
        client = open_stripe_gateway("sk_test_stack", stripe_url)
        resources.push_async_callback(client.close)
        async with database() as work:
            north = await find_campus(work, bot.campuses["north"])
        stack = WorkerStack(
            database=database,
            autocommit_work=autocommit_database(engine),
            context=WorkerContext(database=database, stripe=client, name="worker", saga_slots=asyncio.Semaphore(50)),
            stripe_url=stripe_url,
            http=bot.http,
            campus=north,
        )
        secrets = {"secret": STRIPE_SECRET, "connect_secret": CONNECT_SECRET, "enabled": WEBHOOK_EVENTS}
        await stack.control_stripe("webhooks", url=f"{bot.gateway_url}/stripe", **secrets)
        sender_context = open_sender_context(resources, bot, engine, database)
        enqueued = LazyArqPool(bot.settings.redis_url)
        resources.push_async_callback(enqueued.close)
        yield ProductStack(
            bot=bot,
            worker=stack,
            worker_pool=engine.pool,
            arq_context={"worker_context": stack.context, "sender_context": sender_context, "jobs": jobs_one_by_one()},
            enqueued_by_bot=enqueued,
            own_jobs=own_jobs,
        )


def open_sender_context(
    resources: AsyncExitStack, bot: BotStack, engine: AsyncEngine, database: UnitOfWorkFactory
) -> SenderContext:
    """Open what sends for the campus north."""
    sender = open_telegram_sender(bot.telegram_url, {bot.campuses["north"]: NORTH[1]})
    resources.push_async_callback(sender.close)
    rate_limiter = open_telegram_rate_limiter(bot.settings.redis_url)
    resources.push_async_callback(rate_limiter.close)
    return SenderContext(
        database=database, autocommit=create_autocommit_factory(engine), sender=sender, rate_limiter=rate_limiter
    )
