"""`python -m bench.expiry_storm`: ten thousand orders expire within a minute, and Redis is emptied in the middle.

Each order is a clone of one, with a hold of its own at the stand-in for Stripe and an `expire` timer of its own.
Lateness goes from the moment that a timer is due to the commit that makes its order EXPIRED, which a deferred trigger
records. Printed: its median, p99 and worst, and the seconds until the last hold was released.
"""

import argparse
import asyncio
import shutil
import statistics
import time

import aiohttp
import asyncpg
import uvloop
from redis.asyncio import Redis

from bench.commit_count import NOTHING_DUE
from bench.report import find_p99, print_line
from bench.timer_storm import COLUMNS
from sandbox.launch.campuses import create_campus
from sandbox.launch.stack import PROJECT, Stack, StackConfig, running_stack
from sandbox.people.populated_stack import PopulatedStack, open_populated_stack

ORDERS = 10_000
DUE_WITHIN_SECONDS = 60.0
LEAD_SECONDS = 5.0  # from the insertion of the timers to the first that is due
MAX_CONCURRENT_HOLDS = 8
MAX_SECONDS = 1_500.0
STRIPE_KEY = "sk_test_bench"
COPIED = ("amount", "currency", "customer", "payment_method")  # from the hold of the order that is cloned
RECORD_EXPIRIES = """
CREATE TABLE expiry (order_id bigint PRIMARY KEY, committed_at timestamptz NOT NULL);
CREATE FUNCTION note_expiry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO expiry VALUES (NEW.id, clock_timestamp());
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER note_expiry AFTER UPDATE ON orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.status = 'CREATED' AND NEW.status = 'EXPIRED') EXECUTE FUNCTION note_expiry();
"""
SET_TIMERS = (
    "INSERT INTO timer (campus_id, order_id, kind, status, due_at)"
    " SELECT campus_id, id, 'expire', 'set',"
    " now() + make_interval(secs => $2::float8 + $3::float8 * row_number() OVER (ORDER BY id) / $4::float8)"
    " FROM orders WHERE id <> $1 AND status = 'CREATED'"
)
LATENESS = (
    "SELECT extract(epoch FROM committed_at - timer.due_at)::float8 AS late FROM expiry"
    " JOIN timer ON timer.order_id = expiry.order_id AND timer.kind = 'expire' ORDER BY 1"
)
UNRELEASED = "SELECT count(*) FROM hold WHERE status <> 'released' AND order_id <> $1"


def main() -> None:
    """Measure on one CampusG with temporary data."""
    parser = argparse.ArgumentParser(prog="python -m bench.expiry_storm", description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS, help="how many (default: %(default)s)")
    parser.add_argument(
        "--within", type=float, default=DUE_WITHIN_SECONDS, help="seconds in which they are due (default: %(default)s)"
    )
    parser.add_argument("--workers", type=int, default=1, help="how many workers (default: %(default)s)")
    options = parser.parse_args()
    folder = PROJECT / ".data" / "bench-expiry-storm"
    shutil.rmtree(folder, ignore_errors=True)
    campus = create_campus(folder, "north", 10, runners=2)
    try:
        with running_stack(
            StackConfig(folder=folder, campuses=(campus,), workers=options.workers), print_line
        ) as stack:
            uvloop.run(asyncio.wait_for(run_storm(stack, options.orders, options.within), MAX_SECONDS))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def run_storm(stack: Stack, orders: int, within: float) -> None:
    """Clone an order with its hold, set the timers, empty Redis in the middle, and print the figures."""
    (campus,) = stack.config.campuses
    async with open_populated_stack(stack) as populated_stack, populated_stack.open_scene(campus) as context:
        order = await context.mei.order_laksa()
        began = time.monotonic()
        await clone_held_order(populated_stack, order, orders)
        await populated_stack.wait_for_row(NOTHING_DUE, timeout=MAX_SECONDS)
        print_line(f"{orders} orders held after {time.monotonic() - began:.0f} s")
        await populated_stack.query(SET_TIMERS, order, LEAD_SECONDS, within, float(orders))
        began = time.monotonic() + LEAD_SECONDS
        await asyncio.sleep(LEAD_SECONDS + within / 2)
        async with Redis.from_url(stack.redis_url) as redis:
            await redis.flushall()
        await populated_stack.wait_for_row(f"SELECT 1 FROM expiry HAVING count(*) = {orders}", timeout=MAX_SECONDS)
        print_lateness([float(row["late"]) for row in await populated_stack.query(LATENESS)])
        await populated_stack.wait_for_row(f"SELECT 1 WHERE ({UNRELEASED}) = 0", order, timeout=MAX_SECONDS)
        print_line(f"the last hold was released {time.monotonic() - began:.0f} s after the first timer was due")


async def clone_held_order(stack: PopulatedStack, order: int, clones: int) -> None:
    """Insert clones of an open order without its timers, each with a hold of its own at Stripe and here.

    The row of a hold stands before the bank holds the money, as in the product. Otherwise reconciliation tells the
    admins of payments that nobody owns.
    """
    ids = await _clone(stack.database, order, clones)
    (held,) = await stack.query("SELECT payment_intent FROM hold WHERE order_id = $1", order)
    columns = (row[0] for row in await stack.query(COLUMNS, "hold"))
    names = ", ".join(name for name in columns if name not in {"order_id", "saga_id", "payment_intent", "charge"})
    insert = (
        f"INSERT INTO hold (order_id, payment_intent, saga_id, {names})"
        f" SELECT $2, $3, gen_random_uuid(), {names} FROM hold WHERE order_id = $1"
    )
    url = f"{stack.launched.stripe_url}/v1/payment_intents"
    slots = asyncio.Semaphore(MAX_CONCURRENT_HOLDS)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {STRIPE_KEY}"}) as session:
        async with session.get(f"{url}/{held['payment_intent']}") as answer:
            first = await answer.json()
        form = {name: str(first[name]) for name in COPIED} | {"capture_method": "manual"}

        async def hold(clone: int) -> None:
            async with slots:
                async with session.post(url, data=form | {"metadata[order]": str(clone)}) as answer:
                    intent = (await answer.json())["id"]
                await stack.query(insert, order, clone, intent)
                async with session.post(f"{url}/{intent}/confirm", data={"off_session": "true"}) as answer:
                    charge = (await answer.json())["latest_charge"]
                await stack.query("UPDATE hold SET charge = $2 WHERE payment_intent = $1", intent, charge)

        await asyncio.gather(*(hold(clone) for clone in ids))


async def _clone(database: asyncpg.Pool, order: int, clones: int) -> list[int]:
    async with database.acquire() as connection, connection.transaction():
        await connection.execute(RECORD_EXPIRIES)
        names = ", ".join(row[0] for row in await connection.fetch(COLUMNS, "orders"))
        insert = f"INSERT INTO orders ({names}) SELECT {names} FROM orders, generate_series(1, $2::int) WHERE id = $1"
        return [int(row["id"]) for row in await connection.fetch(f"{insert} RETURNING id", order, clones)]


def print_lateness(late: list[float]) -> None:
    """Print how late the orders expired."""
    p99 = find_p99(late)
    print_line(
        f"{len(late)} orders expired: late by {statistics.median(late):.2f} s (median), {p99:.2f} s (p99),"
        f" {max(late):.2f} s (worst)"
    )


if __name__ == "__main__":
    main()
