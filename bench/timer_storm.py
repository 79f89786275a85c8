"""`python -m bench.timer_storm`: ten thousand timers that are due in the same moment, and the taps of honest people.

The orders are clones of one; each has a nudge that is due now. Printed: the seconds until all have fired, how many
fired more than once, and the seconds to an answered tap before and meanwhile.
"""

import argparse
import asyncio
import shutil
import statistics
import time

import uvloop

from bench.report import find_p99, print_line
from bench.strangers import FIRST_HONEST, HONEST_PEOPLE, greet, tap_on
from sandbox.launch.campuses import create_campus
from sandbox.launch.stack import PROJECT, Stack, StackConfig, running_stack
from sandbox.people.control_clients import TAP_ANSWER_TIMEOUT_SECONDS
from sandbox.people.populated_stack import PopulatedStack, open_populated_stack, wait_until_found

TIMERS = 10_000
CALM_SECONDS = 20.0
STORM_SECONDS = 60.0
MAX_SECONDS = 540.0
COLUMNS = (
    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1"
    " AND column_name <> 'id' ORDER BY ordinal_position"
)
SET_TIMERS = (
    "INSERT INTO timer (campus_id, order_id, kind, status, due_at)"
    " SELECT campus_id, id, 'nudge', 'set', now() FROM orders WHERE id <> $1 AND status = 'CREATED'"
)
LEFT = "SELECT count(*) FROM timer WHERE kind = 'nudge' AND status = 'set' AND order_id <> $1"
WRITTEN = (
    "SELECT count(*), count(DISTINCT order_id) FROM notification WHERE key = 'notification-nudge' AND order_id <> $1"
)


def main() -> None:
    """Measure on one CampusG with temporary data."""
    parser = argparse.ArgumentParser(prog="python -m bench.timer_storm", description=__doc__)
    parser.add_argument("--timers", type=int, default=TIMERS, help="how many (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="how many workers (default: %(default)s)")
    options = parser.parse_args()
    folder = PROJECT / ".data" / "bench-timer-storm"
    shutil.rmtree(folder, ignore_errors=True)
    campus = create_campus(folder, "north", 10, runners=2)
    config = StackConfig(folder=folder, campuses=(campus,), workers=options.workers)
    try:
        with running_stack(config, print_line) as stack:
            uvloop.run(asyncio.wait_for(run_storm(stack, options.timers), MAX_SECONDS))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def run_storm(stack: Stack, timers: int) -> None:
    """Let honest people tap, first in a calm, then while all timers are due; print the figures of both."""
    (campus,) = stack.config.campuses
    async with open_populated_stack(stack) as populated_stack, populated_stack.open_scene(campus) as context:
        order = await context.mei.order_laksa()
        honest = range(FIRST_HONEST, FIRST_HONEST + HONEST_PEOPLE)
        menus = [await greet(populated_stack.telegram, campus, person) for person in honest]

        async def tap_for(seconds: float) -> list[float]:
            ends_at = time.monotonic() + seconds
            people = zip(honest, menus, strict=True)
            tapped = (tap_on(populated_stack.telegram, campus, ends_at, *each) for each in people)
            return [each for figures in await asyncio.gather(*tapped) for each in figures]

        print_taps("calm", await tap_for(CALM_SECONDS))
        await clone_order(populated_stack, order, timers)
        stormy, seconds = await asyncio.gather(tap_for(STORM_SECONDS), wait_until_fired(populated_stack, order))
        written, about = (await populated_stack.query(WRITTEN, order))[0]
        print_line(f"{timers} timers fired in {seconds:.1f} s; {written} notifications about {about} orders")
        print_taps("storm", stormy)


async def clone_order(stack: PopulatedStack, order: int, timers: int) -> None:
    """Insert clones of an open order, each with a timer that is due now."""
    names = ", ".join(row[0] for row in await stack.query(COLUMNS, "orders"))
    async with stack.database.acquire() as connection, connection.transaction():
        clones = f"INSERT INTO orders ({names}) SELECT {names} FROM orders, generate_series(1, $2::int) WHERE id = $1"
        await connection.execute(clones, order, timers)
        await connection.execute(SET_TIMERS, order)


async def wait_until_fired(stack: PopulatedStack, order: int) -> float:
    """Wait until no timer of a clone is due any more, and return the seconds."""
    began = time.monotonic()

    async def find() -> bool | None:
        return None if (await stack.query(LEFT, order))[0][0] else True

    await wait_until_found(find, "all timers fired", timeout=MAX_SECONDS)
    return time.monotonic() - began


def print_taps(when: str, seconds: list[float]) -> None:
    """Print how long taps waited for their answer; one without counts as long as Telegram waits for one."""
    capped = [min(each, TAP_ANSWER_TIMEOUT_SECONDS) for each in seconds]
    p99 = find_p99(capped)
    print_line(f"{when:6}{len(capped):>5} taps: median {statistics.median(capped):.3f} s, p99 {p99:.3f} s")


if __name__ == "__main__":
    main()
