"""The reference saga as a plain arq job with asyncpg: the job in Redis is the only memory of what is in flight."""

import sys
from functools import partial
from typing import Any

import uvloop
from arq.connections import RedisSettings, create_pool
from arq.worker import Retry, Worker, func

from bench.engine import reference
from bench.engine.peers.asyncpg_steps import CONNECTION_ERRORS, create_tables, open_pool, run_steps
from bench.engine.reference import Order

POLL_DELAY_SECONDS = 0.02
RETRY_DELAY_SECONDS = 0.5
JOB_TIMEOUT_SECONDS = 10  # arq repeats the job of a killed worker ten seconds after this


async def run_order(ctx: dict[str, Any], number: int, submitted_at: float) -> None:
    """Run one order; try again later when something is away."""
    try:
        await run_steps(ctx["pool"], ctx["payments"], Order(id=number, submitted_at=submitted_at))
    except CONNECTION_ERRORS as error:
        raise Retry(defer=RETRY_DELAY_SECONDS) from error


async def work() -> None:
    """Run arq's worker until the process is ended."""
    async with await open_pool() as pool, reference.open_payments() as payments:
        await run_arq_worker(run_order, {"pool": pool, "payments": payments})


async def run_arq_worker(job: Any, context: dict[str, Any]) -> None:
    """Run arq tuned for throughput and latency: no results kept, looks into Redis often, many jobs at once."""
    worker = Worker(
        functions=[func(job, name="run_order", keep_result=0, max_tries=1_000)],
        redis_settings=RedisSettings.from_dsn(reference.redis_url()),
        max_jobs=reference.CONCURRENT_SAGAS,
        job_timeout=JOB_TIMEOUT_SECONDS,
        keep_result=0,
        poll_delay=POLL_DELAY_SECONDS,
        handle_signals=False,
        ctx=context,
    )
    reference.say_ready()
    await worker.async_run()


async def submit() -> None:
    """Enqueue a job for each order; its id makes a second one have no effect."""
    pool = await create_pool(RedisSettings.from_dsn(reference.redis_url()))
    await reference.submit_orders(partial(enqueue_one, pool))
    await pool.aclose()


async def enqueue_one(pool: Any, order: Order) -> None:
    """Enqueue the job of one order."""
    await pool.enqueue_job("run_order", order.id, order.submitted_at, _job_id=f"order-{order.id}")


if __name__ == "__main__":
    uvloop.run({"prepare": create_tables, "work": work, "submit": submit}[sys.argv[1]]())
