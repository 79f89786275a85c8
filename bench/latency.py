"""`python -m bench.latency`: seconds to an answered tap and to the order message under load, and commits per order.

Two hundred orders on ten campuses, one a second. The stand-ins for Telegram and Stripe run on the same machine. All
users are prepared before the measurement; limits are those of production.
"""

import argparse
import asyncio
import shutil
import statistics
import time
from pathlib import Path

import uvloop

from bench.commit_count import CommitCounts, count_commits
from bench.order_load import LatencyFigures, OrderMessageTimes, create_pair_users, place_orders, prepare_pairs
from bench.report import find_p99, print_line
from sandbox.launch.campuses import create_campus, format_limits
from sandbox.launch.stack import PROJECT, Stack, StackConfig, running_stack
from sandbox.people.chat_observer import observe_chats
from sandbox.people.populated_stack import open_populated_stack

CAMPUSES = 10
ORDERS = 200
COUNTED_ORDERS = 5  # orders that run one at a time, to count commits
RECORDED_ORDERS = 3  # further such orders, with a record of which commit wrote which saga
LOAD_TIMEOUT_SECONDS = 540.0  # for everything


def main() -> None:
    """Start CampusG with temporary data, measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS, help="how many orders under load (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=1, help="how many workers (default: %(default)s)")
    options = parser.parse_args()
    folder = PROJECT / ".data" / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        run_measurement(folder, orders=options.orders, workers=options.workers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_measurement(folder: Path, *, orders: int, workers: int) -> None:
    """Measure with all data in `folder`, and print the report."""
    runners_per_campus = -(-(orders + COUNTED_ORDERS) // CAMPUSES)
    campuses = tuple(
        create_campus(folder, f"campus{at}", 10 + at, runners=runners_per_campus) for at in range(CAMPUSES)
    )
    config = StackConfig(folder=folder, campuses=campuses, workers=workers)
    print_line(format_limits())
    with running_stack(config, print_line) as stack:
        figures, commits = uvloop.run(asyncio.wait_for(run_load(stack, orders), LOAD_TIMEOUT_SECONDS))
        print_line(stack.run_module("workers.audit").rstrip())
    print_report(figures, commits)


async def run_load(stack: Stack, orders: int) -> tuple[LatencyFigures, CommitCounts]:
    """Prepare all users, place orders under load, then count commits one order at a time."""
    times = OrderMessageTimes()
    async with (
        open_populated_stack(stack) as populated_stack,
        observe_chats(populated_stack.telegram, times.on_event) as observer,
    ):
        began = time.monotonic()
        print_line(f"getting {orders + COUNTED_ORDERS} customers and runners ready")
        campuses = stack.config.campuses
        people = [
            await create_pair_users(populated_stack, campuses[at % CAMPUSES], observer)
            for at in range(orders + COUNTED_ORDERS + RECORDED_ORDERS)
        ]
        pairs = await prepare_pairs(people)
        print_line(f"ready after {time.monotonic() - began:.0f} s; ordering")
        began = time.monotonic()
        figures = await place_orders(pairs[COUNTED_ORDERS + RECORDED_ORDERS :], times)
        print_line(f"all delivered after {time.monotonic() - began:.0f} s; counting commits, one order at a time")
        return figures, await count_commits(
            stack.database_url, pairs[:COUNTED_ORDERS], pairs[COUNTED_ORDERS : COUNTED_ORDERS + RECORDED_ORDERS]
        )


def print_report(figures: LatencyFigures, commits: CommitCounts) -> None:
    """Print the tables of latencies and commits."""
    print_line("")
    print_line(f"{'':32}{'count':>8}{'median':>10}{'p99':>10}{'worst':>10}")
    for name, seconds in (
        ("tap -> answered", figures.tap_seconds),
        ("placed -> message in the group", figures.order_message_seconds),
    ):
        percentile = find_p99(seconds)
        line = f"{statistics.median(seconds):>8.3f} s{percentile:>8.3f} s{max(seconds):>8.3f} s"
        print_line(f"{name:32}{len(seconds):>8}{line}")
    print_line("")
    median_commits = statistics.median(commits.per_order)
    print_line(f"commits an order, from [Place order] to the last message: {median_commits:.0f} {commits.per_order}")
    print_line(f"commits of an idle CampusG: {commits.idle_per_second:.1f} a second")
    for kind, sagas, count in commits.by_saga:
        print_line(f"  {kind:20}{count:5.1f} commits each ({sagas} sagas), the one that starts it included")


if __name__ == "__main__":
    main()
