"""The reference saga as a procrastinate job: the job is durable in Postgres, its steps are not."""

import sys
from functools import partial
from typing import Any

import procrastinate
import uvloop

from bench.engine import reference
from bench.engine.peers.asyncpg_steps import CONNECTION_ERRORS, create_tables, open_pool, run_steps
from bench.engine.reference import Order

HEARTBEAT_SECONDS = 1.0  # ten by default, and a worker counts as lost after thirty
STALLED_SECONDS = 3.0
STALLED_CRON = "* * * * * */2"  # every two seconds: the sixth field of croniter

app = procrastinate.App(
    connector=procrastinate.PsycopgConnector(
        conninfo=reference.database_url(), min_size=reference.CONNECTIONS, max_size=reference.CONNECTIONS
    )
)


@app.task(
    name="run_order",
    pass_context=True,
    retry=procrastinate.RetryStrategy(wait=1, retry_exceptions=CONNECTION_ERRORS),
)
async def run_order(context: procrastinate.JobContext, number: int, submitted_at: float) -> None:
    """Insert, pay, settle; cancel when it is declined."""
    opened = context.additional_context
    await run_steps(opened["pool"], opened["payments"], Order(id=number, submitted_at=submitted_at))


@app.periodic(cron=STALLED_CRON)
@app.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: procrastinate.JobContext, timestamp: int) -> None:
    """Start the jobs of a killed worker again, as procrastinate's manual says."""
    for job in await context.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await context.app.job_manager.retry_job(job)


async def prepare() -> None:
    """Create the reference tables and procrastinate's."""
    await create_tables()
    async with app.open_async():
        await app.schema_manager.apply_schema_async()


async def work() -> None:
    """Run a worker that is told of new jobs by LISTEN."""
    async with await open_pool() as pool, reference.open_payments() as payments, app.open_async():
        reference.say_ready()
        await app.run_worker_async(
            concurrency=reference.CONCURRENT_SAGAS,
            fetch_job_polling_interval=1.0,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
            additional_context={"pool": pool, "payments": payments},
        )


async def submit() -> None:
    """Defer a job for each order; its lock of the queue makes a second one have no effect."""
    async with app.open_async():
        await reference.submit_orders(partial(defer_one, run_order))


async def defer_one(task: Any, order: Order) -> None:
    """Defer the job of one order."""
    await task.configure(queueing_lock=f"order-{order.id}").defer_async(
        number=order.id, submitted_at=order.submitted_at
    )


if __name__ == "__main__":
    uvloop.run({"prepare": prepare, "work": work, "submit": submit}[sys.argv[1]]())
